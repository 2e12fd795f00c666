/*
 * The C code that a GraalVM distribution has and its jars in Maven Central lack. Builder.java compiles this
 * file several times, each time for one PART:
 *
 *   HELPER    liblibchelper.a: what the image's Java code asks the system for, by names that GraalVM chose
 *   JVM       libjvm.so: the functions of a JVM that the JDK's own C libraries call
 *   LOADER    keeps libjvm.so and the JDK's C libraries inside the executable, and loads them from memory before main
 *   LIBRARY   the same constructor for one of those C libraries
 *   REPORTER  libreporterchelper.so: two figures that the builder prints
 */
#define _GNU_SOURCE
#include <stddef.h>

#define HELPER 1
#define JVM 2
#define LOADER 3
#define LIBRARY 4
#define REPORTER 5

#if PART == HELPER /* ------------------------------------------------------------------------------------ */

#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "amd64cpufeatures.h" /* both headers are written by Builder.java, from the builder's own classes */
#include "svm_locale.h"

extern char **environ;

void initialize(void) {}

char **getEnviron(void) { return environ; }

int getThreadId(void) { return (int)syscall(SYS_gettid); }

/* The nanoseconds that a thread has run outside the kernel, or -1: field 14 of its stat file. */
long getThreadUserTimeSlow(int thread) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", thread);
    FILE *file = fopen(path, "r");
    if (!file) return -1;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = 0;
    char *afterName = strrchr(text, ')');
    unsigned long ticks;
    if (!afterName || sscanf(afterName + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu", &ticks) != 1) return -1;
    return (long)(ticks * (1000000000UL / sysconf(_SC_CLK_TCK)));
}

/* The time zone's name, for the caller to free: from TZ, from where /etc/localtime points, or from /etc/timezone. */
char *SVM_FindJavaTZmd(const char *mappings, int length) {
    (void)mappings, (void)length;
    char *variable = getenv("TZ");
    if (variable && *variable) return strdup(*variable == ':' ? variable + 1 : variable);
    char text[PATH_MAX];
    ssize_t linked = readlink("/etc/localtime", text, sizeof text - 1);
    if (linked > 0) {
        text[linked] = 0;
        char *zone = strstr(text, "zoneinfo/");
        if (zone) return strdup(zone + strlen("zoneinfo/"));
    }
    FILE *file = fopen("/etc/timezone", "r");
    if (file) {
        char *line = fgets(text, sizeof text, file);
        fclose(file);
        if (line) {
            text[strcspn(text, "\r\n")] = 0;
            if (*text) return strdup(text);
        }
    }
    return strdup("UTC");
}

/* Messages are English everywhere, whatever LANG says. */
static svm_locale_props_t locale = {.display_language = "en", .display_script = "", .display_country = "",
    .display_variant = "", .format_language = "en", .format_script = "", .format_country = "", .format_variant = ""};

int svm_initialize_locale(void) { return SVM_LOCALE_INITIALIZATION_SUCCEEDED; }

svm_locale_props_t *svm_get_locale(void) { return &locale; }

static int bit(unsigned value, int number) { return (value >> number) & 1; }

/* Bit numbers are those of the CPUID instruction in the AMD64 Architecture Programmer's Manual, volume 3, appendix E. */
void determineCPUFeatures(CPUFeatures *found) {
    memset(found, 0, sizeof *found);
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return;
    found->fTSC = bit(d, 4);
    found->fCX8 = bit(d, 8);
    found->fCMOV = bit(d, 15);
    found->fFLUSH = bit(d, 19);
    found->fMMX = bit(d, 23);
    found->fFXSR = bit(d, 24);
    found->fSSE = bit(d, 25);
    found->fSSE2 = bit(d, 26);
    found->fSSE3 = bit(c, 0);
    found->fCLMUL = bit(c, 1);
    found->fSSSE3 = bit(c, 9);
    found->fSSE4_1 = bit(c, 19);
    found->fSSE4_2 = bit(c, 20);
    found->fPOPCNT = bit(c, 23);
    found->fAES = bit(c, 25);
    /* AVX counts only if the kernel saves its registers */
    unsigned saved = 0, ignored = 0;
    if (bit(c, 27)) __asm__ volatile("xgetbv" : "=a"(saved), "=d"(ignored) : "c"(0));
    int wide = (saved & 6) == 6;
    found->fFMA = wide && bit(c, 12);
    found->fAVX = wide && bit(c, 28);
    found->fF16C = wide && bit(c, 29);
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
        found->fBMI1 = bit(b, 3);
        found->fAVX2 = wide && bit(b, 5);
        found->fBMI2 = bit(b, 8);
        found->fERMS = bit(b, 9);
        found->fADX = bit(b, 19);
        found->fSHA = bit(b, 29);
    }
    if (__get_cpuid(0x80000001, &a, &b, &c, &d)) {
        found->fLZCNT = bit(c, 5);
        found->fAMD_3DNOW_PREFETCH = bit(c, 8);
        found->fRDTSCP = bit(d, 27);
    }
}

/* Is a feature missing? The image's list is inverted: a zero stands for a feature that it needs. */
int checkCPUFeatures(const unsigned char *notNeeded) {
    CPUFeatures found;
    determineCPUFeatures(&found);
    const unsigned char *here = (const unsigned char *)&found;
    for (size_t i = 0; i < sizeof found; i++) {
        if (!notNeeded[i] && !here[i]) return 1;
    }
    return 0;
}

int checkCPUFeaturesOrExit(const unsigned char *notNeeded, const char *message) {
    if (checkCPUFeatures(notNeeded)) {
        fputs(message, stderr);
        exit(1);
    }
    return 0;
}

/* Signals for sun.misc.Signal: a handler may only count, so it wakes a Java thread that looks which signals came. */
static volatile int pending[NSIG];
static volatile int opened;
static sem_t arrived;

int cSunMiscSignal_open(void) {
    if (__sync_val_compare_and_swap(&opened, 0, 1)) return 1;
    for (int i = 0; i < NSIG; i++) pending[i] = 0;
    return sem_init(&arrived, 0, 0);
}

int cSunMiscSignal_close(void) {
    opened = 0;
    return sem_destroy(&arrived);
}

int cSunMiscSignal_awaitSemaphore(void) {
    int result;
    do result = sem_wait(&arrived);
    while (result && errno == EINTR);
    return result;
}

int cSunMiscSignal_signalSemaphore(void) { return sem_post(&arrived); }

int cSunMiscSignal_signalRangeCheck(int number) { return number > 0 && number < NSIG; }

int cSunMiscSignal_checkPendingSignal(void) {
    for (int number = 0; number < NSIG; number++) {
        int count;
        while ((count = pending[number]) > 0) {
            if (__sync_bool_compare_and_swap(&pending[number], count, count - 1)) return number;
        }
    }
    return -1;
}

static void countSignal(int number) {
    int error = errno;
    if (number > 0 && number < NSIG) {
        __sync_fetch_and_add(&pending[number], 1);
        sem_post(&arrived);
    }
    errno = error;
}

void *cSunMiscSignal_signalHandlerFunctionPointer(void) { return (void *)countSignal; }

void codeSynchronization_clearCache(char *start, char *end) { __builtin___clear_cache(start, end); }

/* C functions with a variable number of arguments, as ones with a fixed number */
int fprintfSD(FILE *file, const char *format, const char *text, int number) { return fprintf(file, format, text, number); }

int openSII(const char *path, int flags, int mode) { return open(path, flags, mode); }

void *mremapP(void *old, size_t oldSize, size_t newSize, int flags, void *at) { return mremap(old, oldSize, newSize, flags, at); }

/* Attaching tools to the process (jcmd) isn't supported: nobody ever connects. */
void svm_attach_startup(const char *file) { (void)file; }

void svm_attach_listener_cleanup(int socket, const char *path) { (void)socket, (void)path; }

int svm_attach_check_socket_file(const char *path) { (void)path; return 0; }

int svm_attach_is_init_trigger(const char *path) { (void)path; return 0; }

int svm_attach_create_listener(const char *path) { (void)path; return -1; }

int svm_attach_wait_for_request(int socket) { (void)socket; return -1; }

void svm_attach_shutdown_socket(int socket) { (void)socket; }

#elif PART == JVM /* ------------------------------------------------------------------------------------- */

#include <dlfcn.h>
#include <jni.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define NANOSECONDS_IN_SECOND 1000000000L

static struct timespec readClock(clockid_t clock) {
    struct timespec time;
    clock_gettime(clock, &time);
    return time;
}

jlong JVM_CurrentTimeMillis(JNIEnv *env, jclass unused) {
    (void)env, (void)unused;
    struct timespec now = readClock(CLOCK_REALTIME);
    return now.tv_sec * 1000L + now.tv_nsec / 1000000L;
}

jlong JVM_NanoTime(JNIEnv *env, jclass unused) {
    (void)env, (void)unused;
    struct timespec now = readClock(CLOCK_MONOTONIC);
    return now.tv_sec * NANOSECONDS_IN_SECOND + now.tv_nsec;
}

/* The nanoseconds since offset (seconds since 1970), or -1 if they don't fit. */
jlong JVM_GetNanoTimeAdjustment(JNIEnv *env, jclass unused, jlong offset) {
    (void)env, (void)unused;
    struct timespec now = readClock(CLOCK_REALTIME);
    jlong seconds = now.tv_sec - offset;
    if (seconds > (1L << 32) || seconds < -(1L << 32)) return -1;
    return seconds * NANOSECONDS_IN_SECOND + now.tv_nsec;
}

/* Without running anything more: by then Java's part of System.exit is over. */
void JVM_Halt(jint code) { _exit(code); }

/* Unlike C's, always ends the text with a zero and answers -1 if it was too long. */
int jio_vsnprintf(char *text, size_t size, const char *format, va_list arguments) {
    if ((long)size <= 0) return -1;
    int length = vsnprintf(text, size, format, arguments);
    if (length < (int)size) return length;
    text[size - 1] = 0;
    return -1;
}

int jio_snprintf(char *text, size_t size, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = jio_vsnprintf(text, size, format, arguments);
    va_end(arguments);
    return length;
}

int jio_vfprintf(FILE *file, const char *format, va_list arguments) { return vfprintf(file, format, arguments); }

int jio_fprintf(FILE *file, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vfprintf(file, format, arguments);
    va_end(arguments);
    return length;
}

char *JVM_NativePath(char *path) { return path; }

jint JVM_ActiveProcessorCount(void) { return (jint)sysconf(_SC_NPROCESSORS_ONLN); }

void *JVM_LoadLibrary(const char *name, jboolean throwing) {
    (void)throwing;
    return dlopen(name, RTLD_LAZY);
}

void JVM_UnloadLibrary(void *library) { dlclose(library); }

void *JVM_FindLibraryEntry(void *library, const char *name) { return dlsym(library, name); }

jboolean JVM_IsSupportedJNIVersion(jint version) { return version >= JNI_VERSION_1_1; }

jboolean JVM_IsUseContainerSupport(void) { return JNI_FALSE; }

jboolean JVM_IsContainerized(void) { return JNI_FALSE; }

void *JVM_RawMonitorCreate(void) {
    pthread_mutex_t *mutex = malloc(sizeof *mutex);
    if (mutex) pthread_mutex_init(mutex, NULL);
    return mutex;
}

void JVM_RawMonitorDestroy(void *mutex) {
    pthread_mutex_destroy(mutex);
    free(mutex);
}

jint JVM_RawMonitorEnter(void *mutex) { return pthread_mutex_lock(mutex); }

void JVM_RawMonitorExit(void *mutex) { pthread_mutex_unlock(mutex); }

/* What Builder.java lets each other function of a JVM do. */
void matriarchUnsupported(const char *name) {
    fprintf(stderr, "the native executable lacks the JVM's function %s: add it to native/runtime.c\n", name);
    abort();
}

#elif PART == LOADER /* ---------------------------------------------------------------------------------- */

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define CANT_LOAD 97

/*
 * Loads a shared object from memory. Its descriptor stays open: dlopen knows a library by its path, and a closed
 * descriptor's number, given to the next library, would make dlopen answer with the former.
 */
void *matriarchOpen(const char *name, const char *start, const char *end) {
    int file = memfd_create(name, MFD_CLOEXEC);
    while (file >= 0 && start < end) {
        ssize_t written = write(file, start, end - start);
        if (written <= 0) break;
        start += written;
    }
    if (file < 0 || start < end) {
        perror(name);
        _exit(CANT_LOAD);
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (!library) {
        fprintf(stderr, "%s: %s (is /proc mounted?)\n", name, dlerror());
        _exit(CANT_LOAD);
    }
    return library;
}

/* Loads a library and puts the address of each name (zero-terminated, one after another) in its slot. */
void matriarchLoad(const char *name, const char *start, const char *end, const char *names, void **slots) {
    void *library = matriarchOpen(name, start, end);
    for (; *names; names += strlen(names) + 1) *slots++ = dlsym(library, names);
}

extern const char library_jvm_start[], library_jvm_end[];

__attribute__((constructor(101))) static void loadJvm(void) { matriarchOpen("libjvm.so", library_jvm_start, library_jvm_end); }

#elif PART == LIBRARY /* --------------------------------------------------------------------------------- */

/* NAME is the library's (java, net, ...); ORDER is more than the LOADER's, and more than that of libraries it needs */
#define SYMBOL2(name, what) library_##name##_##what
#define SYMBOL1(name, what) SYMBOL2(name, what)
#define SYMBOL(what) SYMBOL1(NAME, what)
#define TEXT1(name) #name
#define TEXT(name) TEXT1(name)

void matriarchLoad(const char *name, const char *start, const char *end, const char *names, void **slots);
extern const char SYMBOL(start)[], SYMBOL(end)[], SYMBOL(names)[];
extern void *SYMBOL(slots)[];

__attribute__((constructor(ORDER))) static void loadLibrary(void) {
    matriarchLoad("lib" TEXT(NAME) ".so", SYMBOL(start), SYMBOL(end), SYMBOL(names), SYMBOL(slots));
}

#elif PART == REPORTER /* -------------------------------------------------------------------------------- */

#include <jni.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

JNIEXPORT jlong JNICALL Java_com_oracle_svm_hosted_ProgressReporterCHelper_getPeakRSS0(JNIEnv *env, jclass unused) {
    (void)env, (void)unused;
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) ? -1 : (jlong)usage.ru_maxrss * 1024;
}

JNIEXPORT jint JNICALL Java_com_oracle_svm_hosted_ProgressReporterCHelper_getTerminalWindowColumns0(JNIEnv *env, jclass unused) {
    (void)env, (void)unused;
    struct winsize size;
    return ioctl(1, TIOCGWINSZ, &size) ? 0 : size.ws_col;
}

#else
#error "compile with -DPART=HELPER, JVM, LOADER, LIBRARY or REPORTER"
#endif
