import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.FieldModel;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The C headers of classes with native methods, as {@code javac -h} writes them, made of the classes of the JDK that
 * runs this. C code of another JDK that is compiled with them must have the functions that this JDK declares.
 */
final class JniHeaders {
    private static final Path MODULES =
            FileSystems.getFileSystem(URI.create("jrt:/")).getPath("modules");

    /** Class files by the name of the header without its ending. */
    private final Map<String, Path> classes = new HashMap<>();

    JniHeaders(List<String> modules) throws IOException {
        for (String module : modules) {
            Path root = MODULES.resolve(module);
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(file -> file.toString().endsWith(".class")).forEach(file -> {
                    String name = root.relativize(file).toString();
                    classes.put(name.substring(0, name.length() - ".class".length()).replaceAll("[/$]", "_"), file);
                });
            }
        }
    }

    /** Writes the header of this name (java_lang_Object.h), if it's that of a class. */
    void write(String header, Path folder) throws IOException {
        Path file = classes.get(header.substring(0, header.length() - ".h".length()));
        if (file != null) {
            Files.write(folder.resolve(header), lines(ClassFile.of().parse(file)));
        }
    }

    private List<String> lines(ClassModel type) throws IOException {
        List<String> lines = new ArrayList<>(List.of("#include <jni.h>"));
        String name = type.thisClass().asInternalName();
        for (Optional<ClassModel> each = Optional.of(type); each.isPresent(); each = superclass(each.get())) {
            for (FieldModel field : each.get().fields()) {
                constant(field).ifPresent(value -> {
                    String constant = name.replaceAll("[/$]", "_") + "_" + field.fieldName();
                    lines.addAll(List.of("#undef " + constant, "#define " + constant + " " + value));
                });
            }
        }
        Map<String, Long> declared = type.methods().stream()
                .filter(JniHeaders::isNative)
                .collect(Collectors.groupingBy(
                        method -> method.methodName().stringValue(), Collectors.counting()));
        for (MethodModel method : type.methods()) {
            if (isNative(method)) {
                lines.add(prototype(name, method, declared.get(method.methodName().stringValue()) > 1));
            }
        }
        return lines;
    }

    private Optional<ClassModel> superclass(ClassModel type) {
        return type.superclass()
                .map(parent -> classes.get(parent.asInternalName().replaceAll("[/$]", "_")))
                .map(file -> {
                    try {
                        return ClassFile.of().parse(file);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    private static Optional<String> constant(FieldModel field) {
        if (!field.flags().has(AccessFlag.STATIC) || !field.flags().has(AccessFlag.FINAL)) {
            return Optional.empty();
        }
        return field.findAttribute(Attributes.constantValue())
                .map(attribute -> literal(attribute.constant().constantValue()))
                .filter(literal -> !literal.isEmpty());
    }

    private static String literal(ConstantDesc value) {
        return switch (value) {
            case Integer number -> number == Integer.MIN_VALUE ? "(-2147483647L-1L)" : "(" + number + "L)";
            case Long number -> number == Long.MIN_VALUE ? "(-9223372036854775807LL-1LL)" : "(" + number + "LL)";
            default -> ""; // C code uses no constants of other types
        };
    }

    private static boolean isNative(MethodModel method) {
        return method.flags().has(AccessFlag.NATIVE);
    }

    private static String prototype(String type, MethodModel method, boolean overloaded) {
        MethodTypeDesc parameters = method.methodTypeSymbol();
        String name = "Java_" + mangled(type) + "_" + mangled(method.methodName().stringValue());
        if (overloaded) {
            name += "__"
                    + mangled(parameters.parameterList().stream()
                            .map(ClassDesc::descriptorString)
                            .collect(Collectors.joining()));
        }
        String receiver = method.flags().has(AccessFlag.STATIC) ? "jclass" : "jobject";
        Stream<String> types = Stream.concat(
                Stream.of("JNIEnv *", receiver), parameters.parameterList().stream().map(JniHeaders::cType));
        return "JNIEXPORT " + cType(parameters.returnType()) + " JNICALL " + name
                + types.collect(Collectors.joining(", ", "(", ");"));
    }

    private static String cType(ClassDesc type) {
        if (type.isPrimitive()) {
            return type.descriptorString().equals("V") ? "void" : "j" + type.displayName();
        }
        if (type.isArray()) {
            ClassDesc element = type.componentType();
            return element.isPrimitive() ? "j" + element.displayName() + "Array" : "jobjectArray";
        }
        return switch (type.descriptorString()) {
            case "Ljava/lang/String;" -> "jstring";
            case "Ljava/lang/Class;" -> "jclass";
            case "Ljava/lang/Throwable;" -> "jthrowable";
            default -> "jobject";
        };
    }

    /** As the Java Native Interface's specification says, in 'Resolving Native Method Names'. */
    private static String mangled(String name) {
        return name.chars()
                .mapToObj(c -> switch (c) {
                    case '/' -> "_";
                    case '_' -> "_1";
                    case ';' -> "_2";
                    case '[' -> "_3";
                    default ->
                        c < 128 && Character.isLetterOrDigit(c) ? Character.toString(c) : String.format("_0%04x", c);
                })
                .collect(Collectors.joining());
    }
}
