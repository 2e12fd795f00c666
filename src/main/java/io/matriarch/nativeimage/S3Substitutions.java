package io.matriarch.nativeimage;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import software.amazon.awssdk.checksums.SdkChecksum;
import software.amazon.awssdk.checksums.spi.ChecksumAlgorithm;
import software.amazon.awssdk.http.auth.aws.crt.internal.signer.DefaultAwsCrtV4aHttpSigner;

/** Leaves out of the executable what the SDK of S3 can do with a library in C that isn't there: other checksums, and signatures for several regions at once. */
@SuppressWarnings("DoNotCallSuggester") // the SDK calls them
final class S3Substitutions {
    private static final String MISSING = "isn't part of this executable: aws-crt";

    private S3Substitutions() {}

    @TargetClass(className = "software.amazon.awssdk.checksums.internal.ChecksumProvider")
    static final class Checksums {
        private Checksums() {}

        @Substitute
        static SdkChecksum createCrtCrc32C() {
            throw new UnsupportedOperationException(MISSING);
        }

        @Substitute
        static SdkChecksum crc64NvmeCrtImplementation() {
            throw new UnsupportedOperationException(MISSING);
        }

        @Substitute
        static SdkChecksum crtXxHash(ChecksumAlgorithm algorithm) {
            throw new UnsupportedOperationException(MISSING);
        }
    }

    @TargetClass(className = "software.amazon.awssdk.http.auth.aws.internal.signer.util.OptionalDependencyLoaderUtil")
    static final class Signers {
        private Signers() {}

        @Substitute
        static DefaultAwsCrtV4aHttpSigner getDefaultAwsCrtV4aHttpSigner() {
            throw new UnsupportedOperationException(MISSING);
        }
    }
}
