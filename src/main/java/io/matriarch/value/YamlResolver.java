package io.matriarch.value;

import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/** Gives untagged words PyYAML's tags in place of SnakeYAML's. */
final class YamlResolver extends Resolver {
    @Override
    protected void addImplicitResolvers() {
        // none: all of them are in YamlScalar
    }

    @Override
    public Tag resolve(NodeId kind, String value, boolean implicit) {
        return switch (kind) {
            case scalar -> implicit ? tag(YamlScalar.of(value)) : Tag.STR;
            case sequence -> Tag.SEQ;
            case mapping, anchor -> Tag.MAP;
        };
    }

    static Tag tag(YamlScalar scalar) {
        return switch (scalar) {
            case TEXT, EQUALS -> Tag.STR;
            case NULL -> Tag.NULL;
            case BOOL -> Tag.BOOL;
            case WHOLE -> Tag.INT;
            case DECIMAL -> Tag.FLOAT;
            case TIMESTAMP -> Tag.TIMESTAMP;
            case MERGE -> Tag.MERGE;
        };
    }
}
