# What Dockerfile.native's MAVEN and BUILDER need, without GraalVM: Maven, the machine's JDK 25, the C compilers for both kinds of executable.
ARG DEBIAN
FROM ${DEBIAN}
# the packages of Java link to manual pages
RUN mkdir -p /usr/share/man/man1 && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends maven gcc libc6-dev zlib1g-dev musl-tools ca-certificates-java xz-utils bzip2 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
# whom the machine trusts beyond Debian's authorities, as behind a company's proxy
RUN --mount=type=secret,id=authorities awk '/BEGIN CERTIFICATE/ { n++ } { print >"/usr/local/share/ca-certificates/machine-" n ".crt" }' /run/secrets/authorities \
    && update-ca-certificates
ENV JAVA_HOME=/opt/jdk PATH=/opt/jdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
COPY jdk /opt/jdk
RUN cp /etc/ssl/certs/java/cacerts /opt/jdk/lib/security/cacerts
