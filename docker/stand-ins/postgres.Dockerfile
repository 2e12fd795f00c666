# What a program may expect of the official postgres image: user postgres (999), gosu, PGDATA, a volume, docker-entrypoint.sh.
ARG DEBIAN
FROM ${DEBIAN}
ARG PG_MAJOR
ARG PGDATA
ARG VOLUME
ARG UPDATES
RUN groupadd -r postgres --gid=999 \
    && useradd -r -g postgres --uid=999 --home-dir=/var/lib/postgresql --shell=/bin/bash postgres \
    && install --directory --owner=postgres --group=postgres --mode=1777 /var/lib/postgresql
RUN mkdir -p /etc/postgresql-common/createcluster.d \
    && echo "$UPDATES" >/etc/apt/sources.list.d/updates.list \
    && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/none.conf \
    && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends gosu libnss-wrapper locales xz-utils zstd "postgresql-$PG_MAJOR" \
    && localedef -i en_US -c -f UTF-8 en_US.UTF-8 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
ENV LANG=en_US.utf8 PG_MAJOR=${PG_MAJOR} PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/${PG_MAJOR}/bin PGDATA=${PGDATA}
RUN sed -ri "s/^#?listen_addresses.*/listen_addresses = '*'/" "/usr/share/postgresql/$PG_MAJOR/postgresql.conf.sample" \
    && mkdir -p /docker-entrypoint-initdb.d \
    && install --directory --owner=postgres --group=postgres --mode=3777 /var/run/postgresql \
    && install --directory --owner=postgres --group=postgres --mode=1777 "$VOLUME"
VOLUME ${VOLUME}
COPY --chmod=755 docker-entrypoint.sh /usr/local/bin/
ENTRYPOINT ["docker-entrypoint.sh"]
STOPSIGNAL SIGINT
EXPOSE 5432
CMD ["postgres"]
