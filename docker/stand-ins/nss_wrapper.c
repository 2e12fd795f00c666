/* What PostgreSQL's programs need of libnss_wrapper, which Debian has for glibc only: a user without a name finds one in the file that NSS_WRAPPER_PASSWD names. */
#define _GNU_SOURCE
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct passwd *find(const char *name, uid_t uid) {
    const char *path = getenv("NSS_WRAPPER_PASSWD");
    FILE *file = fopen(path != NULL ? path : "/etc/passwd", "re");
    struct passwd *entry = NULL;
    if (file == NULL) {
        return NULL;
    }
    while ((entry = fgetpwent(file)) != NULL && (name != NULL ? strcmp(entry->pw_name, name) != 0 : entry->pw_uid != uid)) {
    }
    fclose(file);
    return entry;
}

struct passwd *getpwuid(uid_t uid) { return find(NULL, uid); }

struct passwd *getpwnam(const char *name) { return find(name, 0); }

int getpwuid_r(uid_t uid, struct passwd *entry, char *buffer, size_t size, struct passwd **result) {
    struct passwd *found = find(NULL, uid);
    *result = NULL;
    if (found == NULL) {
        return 0;
    }
    *entry = *found;
    /* the one text of it that libpq reads besides the name is the home folder */
    int length = snprintf(buffer, size, "%s%c%s", found->pw_name, 0, found->pw_dir);
    if (length < 0 || (size_t) length >= size) {
        return ERANGE;
    }
    entry->pw_name = buffer;
    entry->pw_dir = buffer + strlen(found->pw_name) + 1;
    *result = entry;
    return 0;
}
