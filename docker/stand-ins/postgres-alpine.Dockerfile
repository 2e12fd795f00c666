# The official image's Alpine variant without Alpine: musl, busybox, bash, gosu, and PostgreSQL and zstd of Debian's sources compiled for musl. Nothing in it can
# be linked to glibc. As there, user postgres is 70, programs are in /usr/local/bin, and locales are names only.
ARG DEBIAN
FROM ${DEBIAN} AS compiled
ARG PG_MAJOR
ARG MIRROR
RUN . /etc/os-release && echo "deb-src $MIRROR $VERSION_CODENAME main" >/etc/apt/sources.list.d/source.list && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends bash-static binutils busybox-static bzip2 gcc gosu libc6-dev make musl musl-tools xz-utils
WORKDIR /source
RUN apt-get source --download-only "postgresql-$PG_MAJOR" libzstd \
    && for archive in *.orig.tar.*z *.orig.tar.bz2; do case $archive in *.asc) ;; *) tar -xf "$archive" ;; esac; done
RUN cd postgresql-* && sed -i '/define DEFAULT_PGSOCKET_DIR/s|"/tmp"|"/var/run/postgresql"|' src/include/pg_config_manual.h \
    && ./configure CC=musl-gcc CFLAGS="-O1 -idirafter /usr/include -idirafter /usr/include/x86_64-linux-gnu" --prefix=/usr/local --without-readline --without-zlib --without-icu \
    && make -s -j "$(nproc)" && make -s install-strip DESTDIR=/made \
    && cd /made/usr/local && rm -r include lib/pkgconfig lib/postgresql/pgxs lib/*.a \
    && sed -i "s/^#*listen_addresses.*/listen_addresses = '*'/" share/postgresql/postgresql.conf.sample
RUN make -C zstd-*/programs zstd-decompress CC=musl-gcc HAVE_ZLIB=0 HAVE_LZMA=0 HAVE_LZ4=0 && install -s -D zstd-*/programs/zstd-decompress /made/usr/bin/zstd
COPY nss_wrapper.c .
RUN mkdir -p /made/usr/lib && musl-gcc -O1 -Wall -Werror -shared -fPIC -o /made/usr/lib/libnss_wrapper.so nss_wrapper.c
RUN cd /made && mkdir -p bin sbin usr/bin usr/sbin lib etc/init.d dev proc sys root run var/lib docker-entrypoint-initdb.d && ln -s /run var/run \
    && cp /bin/busybox bin/ && cp /bin/bash-static bin/bash && cp /usr/sbin/gosu usr/local/bin/ \
    && cp -L /lib/ld-musl-x86_64.so.1 lib/ && echo /lib:/usr/local/lib:/usr/lib >etc/ld-musl-x86_64.path \
    && printf '%s\n' root:x:0:0:root:/root:/bin/sh nobody:x:65534:65534:nobody:/:/bin/false postgres:x:70:70::/var/lib/postgresql:/bin/sh >etc/passwd \
    && printf '%s\n' root:x:0: nogroup:x:65534: postgres:x:70: >etc/group \
    && install -d -m 1777 tmp && install -d -o 70 -g 70 -m 1777 var/lib/postgresql var/lib/postgresql/data && install -d -o 70 -g 70 -m 3777 run/postgresql \
    && chroot . /bin/busybox --install -s
# what everything is linked to
RUN find /made -type f -size +1k -exec sh -c 'for file; do readelf -ldW "$file" 2>/dev/null | sed -n "s,.*\(interpreter:\|NEEDED\) *,$file ,p"; done' sh {} + | tee /linked \
    && grep -q 'postgres /lib/ld-musl' /linked && ! grep -E 'ld-linux|libc\.so\.6' /linked

FROM scratch
ARG PG_MAJOR
ARG PGDATA
COPY --from=compiled /made /
ENV LANG=en_US.utf8 PG_MAJOR=${PG_MAJOR} PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin PGDATA=${PGDATA}
VOLUME /var/lib/postgresql/data
COPY --chmod=755 docker-entrypoint.sh /usr/local/bin/
ENTRYPOINT ["docker-entrypoint.sh"]
STOPSIGNAL SIGINT
EXPOSE 5432
CMD ["postgres"]
