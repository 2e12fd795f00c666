package io.matriarch.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.matriarch.archive.ArchiveException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** With what pg_restore of PostgreSQL 15 lists. */
class TableOfContentsTest {
    private static final String LISTING = """
            ;
            ; Archive created at 2026-11-27 17:54:31 UTC
            ;     TOC Entries: 43
            ;
            6; 2615 16385 SCHEMA - app postgres
            224; 1255 16407 FUNCTION app f() postgres
            ;	depends on: 6
            219; 1259 16411 TABLE app child postgres
            ;	depends on: 6
            217; 1259 16388 TABLE app herd postgres
            ;	depends on: 6
            3400; 0 0 COMMENT app TABLE herd postgres
            ;	depends on: 217
            3402; 0 0 ACL app TABLE herd postgres
            ;	depends on: 217
            215; 1259 16386 SEQUENCE app herd_id_seq postgres
            ;	depends on: 6 217
            3403; 0 0 SEQUENCE OWNED BY app herd_id_seq postgres
            ;	depends on: 215
            218; 1259 16403 VIEW app v postgres
            ;	depends on: 217 217 217 217 6
            221; 1259 16422 TABLE public part postgres
            222; 1259 16425 TABLE public part1 postgres
            ;	depends on: 221
            220; 1259 16419 TABLE public we ird postgres
            230; 1259 16420 TABLE public we postgres
            3224; 0 0 TABLE ATTACH public part1 postgres
            ;	depends on: 222 221
            3225; 2604 16391 DEFAULT app herd id postgres
            ;	depends on: 217 215 217
            3387; 0 16411 TABLE DATA app child postgres
            ;	depends on: 219
            3386; 0 16388 TABLE DATA app herd postgres
            ;	depends on: 217
            3405; 0 0 SEQUENCE SET app herd_id_seq postgres
            ;	depends on: 215
            3229; 2606 16396 CONSTRAINT app herd herd_pkey postgres
            ;	depends on: 217
            3227; 1259 16402 INDEX app herd_lower_idx postgres
            ;	depends on: 217 217
            3230; 1259 16428 INDEX public part_a_idx postgres
            ;	depends on: 221
            3231; 1259 16429 INDEX public part1_a_idx postgres
            ;	depends on: 222 222 3230
            3232; 0 0 INDEX ATTACH public part1_a_idx postgres
            ;	depends on: 3231 3230 222 221
            3236; 2620 16408 TRIGGER app herd t postgres
            ;	depends on: 224 217
            3235; 2606 16414 FK CONSTRAINT app child child_h_fkey postgres
            ;	depends on: 219 3229 217
            3234; 2606 16397 FK CONSTRAINT app herd herd_parent_fkey postgres
            ;	depends on: 217 3229 217
            3383; 3256 16409 POLICY app child p postgres
            ;	depends on: 219 217
            """;

    private final TableOfContents contents = TableOfContents.parse(LISTING);

    @Test
    void whatBelongsToATableGoesWithIt() throws Exception {
        assertThat(only(Set.of(), "app.herd"))
                .containsExactlyInAnyOrder(
                        217L, 3400L, 3402L, 215L, 3403L, 3225L, 3386L, 3405L, 3229L, 3227L, 3236L, 3234L);
        assertThat(only(Set.of("app"), "app.child")).containsExactlyInAnyOrder(6L, 219L, 3387L, 3235L, 3383L);
    }

    @Test
    void aPartitionIsATableOfItsOwn() throws Exception {
        assertThat(only(Set.of(), "public.part")).containsExactlyInAnyOrder(221L, 3230L);
        assertThat(only(Set.of(), "public.part", "public.part1"))
                .containsExactlyInAnyOrder(221L, 222L, 3224L, 3230L, 3231L, 3232L);
    }

    @Test
    void namesMayHaveSpaces() throws Exception {
        assertThat(only(Set.of(), "public.we ird")).containsExactly(220L);
        assertThat(only(Set.of(), "public.we")).containsExactly(230L);
        assertThatThrownBy(() -> only(Set.of(), "app.v"))
                .isInstanceOf(ArchiveException.class)
                .hasMessage("the dump has no table app.v");
    }

    @Test
    void theListIsWhatPgRestoreWroteInItsOrder() throws Exception {
        TableOfContents chosen = contents.only(List.of(name("public.we ird")), Set.of());
        assertThat(chosen.list()).isEqualTo("220; 1259 16419 TABLE public we ird postgres\n");
        assertThat(contents.tables()).isEqualTo(6);
        assertThat(contents.data()).extracting(TableOfContents.Entry::number).containsExactly(3387L, 3386L);
    }

    private List<Long> only(Set<String> schemas, String... tables) throws ArchiveException {
        List<TableName> names =
                List.of(tables).stream().map(TableOfContentsTest::name).toList();
        return contents.only(names, schemas).entries().stream()
                .map(TableOfContents.Entry::number)
                .toList();
    }

    private static TableName name(String text) {
        return TableName.parse(text).orElseThrow();
    }

    @Test
    void tablesThatAreNotListedAreLacking() {
        TableOfContents contents = TableOfContents.parse(LISTING);
        TableName gone = new TableName("app", "gone");
        assertThat(contents.lacking(List.of(
                        new TableName("app", "herd"),
                        gone,
                        new TableName("public", "we ird"),
                        new TableName("app", "v"))))
                .containsExactly(gone, new TableName("app", "v"));
    }

    @Test
    void onlyWhatWasThereAllTheTimeMustBeInADump() {
        LiveTables before = new LiveTables(
                List.of(List.of("1", "app", "herd"), List.of("2", "app", "dropped"), List.of("3", "app", "renewed")));
        LiveTables after = new LiveTables(
                List.of(List.of("1", "app", "herd"), List.of("4", "app", "renewed"), List.of("5", "app", "new")));
        assertThat(before.throughout(after)).containsExactly(new TableName("app", "herd"));
    }
}
