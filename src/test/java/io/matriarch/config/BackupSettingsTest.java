package io.matriarch.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.matriarch.config.LoadResult.Loaded;
import io.matriarch.config.RepositorySettings.DirectorySettings;
import io.matriarch.config.S3Settings.Encryption;
import io.matriarch.config.S3Settings.Keys;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackupSettingsTest {
    @TempDir
    Path directory;

    @Test
    void aDirectoryNeedsItsPathOnly() throws IOException {
        BackupSettings settings = settings("main: {type: directory, path: /backup}");
        assertThat(settings.repositories())
                .containsExactly(new RepositorySettings(
                        "main", new DirectorySettings(Path.of("/backup")), RepositoryCompression.ZSTD, List.of()));
        assertThat(settings.spool()).isEmpty();
        assertThat(settings.workers()).isEqualTo(2);
        assertThat(settings.prefetch()).isEqualTo(8);
    }

    @Test
    void aServerOfS3WithEverything() throws IOException {
        BackupSettings settings = settings("""
                far:
                  type: s3
                  bucket: herd
                  prefix: /blue/north/
                  endpoint: https://s3.example.com:9000
                  region: eu-central-1
                  path_style: off
                  credentials_file: /etc/keys
                  profile: backup
                  ca: /etc/ca.pem
                  sse: aws:kms
                  sse_kms_key_id: alias/herd
                  timeout: 2min
                  compression: lz4
                  encryption_key_files: [/etc/new.key, /etc/old.key]
                near: {type: s3, bucket: herd, region: eu-west-1}
                """);
        assertThat(settings.repositories())
                .containsExactly(
                        new RepositorySettings(
                                "far",
                                new S3Settings(
                                        "herd",
                                        "blue/north/",
                                        Optional.of(URI.create("https://s3.example.com:9000")),
                                        "eu-central-1",
                                        false,
                                        new Keys.InProfile(Path.of("/etc/keys"), "backup"),
                                        Optional.of(Path.of("/etc/ca.pem")),
                                        new Encryption.OfKms(Optional.of("alias/herd")),
                                        Duration.ofMinutes(2)),
                                RepositoryCompression.LZ4,
                                List.of(Path.of("/etc/new.key"), Path.of("/etc/old.key"))),
                        new RepositorySettings(
                                "near",
                                new S3Settings(
                                        "herd",
                                        "",
                                        Optional.empty(),
                                        "eu-west-1",
                                        false,
                                        new Keys.Usual(),
                                        Optional.empty(),
                                        new Encryption.OfBucket(),
                                        Duration.ofMinutes(1)),
                                RepositoryCompression.ZSTD,
                                List.of()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            a: {path: /x}                                          | a.type: is missing; it must be directory or s3
            a: {type: tape}                                        | a.type: 'tape' isn't one of directory, s3
            a: {type: directory}                                   | a.path: is missing
            a: {type: directory, path: x}                          | a.path: 'x' isn't an absolute path
            a: {type: directory, path: /x, encryption_key_file: /k} | a.encryption_key_file: there is no such setting; allowed here are type, path
            a: {type: directory, path: /x, encryption_key_files: k} | a.encryption_key_files: 'k' isn't an absolute path
            a: {type: directory, path: /x, compression: gz}        | a.compression: 'gz' isn't one of zstd, lz4, none
            A: {type: directory, path: /x}                         | A: the name of a repository is lower-case letters
            a: directory                                           | a: a mapping is expected here
            a: {type: s3, region: x}                               | a.bucket: is missing
            a: {type: s3, bucket: herd}                            | a.region: is missing; it must be the bucket's region, unless endpoint
            a: {type: s3, bucket: a/b, region: x}                  | a.bucket: 'a/b' isn't the name of a bucket
            a: {type: s3, bucket: herd, endpoint: 's3:9000'}       | a.endpoint: 's3:9000' isn't http://host:port
            a: {type: s3, bucket: herd, endpoint: 'http://u:secret@s3'} | a.endpoint: '...@s3' isn't http://host:port
            a: {type: s3, bucket: herd, region: x, prefix: 'a b'}  | a.prefix: 'a b' isn't words
            a: {type: s3, bucket: herd, region: x, access_key_file: /k} | a.secret_key_file: is missing
            a: {type: s3, bucket: herd, region: x, profile: p}     | a.profile: needs the file that it is in
            a: {type: s3, bucket: herd, region: x, sse: des}       | a.sse: 'des' isn't one of AES256, aws:kms
            a: {type: s3, bucket: herd, region: x, sse_kms_key_id: k} | a.sse_kms_key_id: needs sse: aws:kms
            a: {type: s3, bucket: herd, region: x, timeout: 0}     | a.timeout: '0' isn't a number from 1 to 3600
            """)
    void whatIsWrongIsNamed(String repository, String problem) throws IOException {
        assertThat(Loading.problems(load("  repositories:\n    " + repository + "\n")))
                .singleElement()
                .asString()
                .contains("patroni.yml: backup.repositories." + problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {databases: []}                      | databases: the names of databases are expected here
            {databases: {a: b}}                  | databases: a list is expected here
            {databases: [[a]]}                   | databases: each item of the list must be one value
            {database: [a]}                      | database: there is no such setting; allowed here are databases, retention
            {retention: {keep_count: 0}}         | retention.keep_count: '0' isn't a number from 1
            {retention: {keep_days: soon}}       | retention.keep_days: 'soon' isn't a number from 0
            {retention: {keep_wal_days: 1}}      | retention.keep_wal_days: there is no such setting
            """)
    void whatIsWrongWithDumpsIsNamed(String dump, String problem) {
        assertThat(Loading.problems(Loading.MINIMAL + "backup:\n  dump: " + dump + "\n", Map.of()))
                .asString()
                .contains("backup.dump." + problem);
    }

    @Test
    void withoutARepositoryNothingCanBeArchived() throws IOException {
        assertThat(load("  spool: /x\n")).asString().contains("backup.repositories: is missing");
        assertThat(load("  repositories: {}\n  spool: x\n  workers: 0\n"))
                .asString()
                .contains(
                        "backup.spool: 'x' isn't an absolute path", "backup.workers: '0' isn't a number from 1 to 32");
    }

    private BackupSettings settings(String repositories) throws IOException {
        LoadResult<BackupSettings> loaded = load("  repositories:\n" + repositories.indent(4));
        assertThat(loaded).isInstanceOf(Loaded.class);
        return ((Loaded<BackupSettings>) loaded).configuration();
    }

    /** Nothing else in the file matters: it could be wrong. */
    private LoadResult<BackupSettings> load(String backup) throws IOException {
        Path file = Files.writeString(directory.resolve("patroni.yml"), "ttl: none\nbackup:\n" + backup);
        return BackupConfigurationLoader.load(file, Map.of());
    }
}
