ARG DEBIAN
FROM ${DEBIAN}
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends etcd-server etcd-client \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
ENV ETCDCTL_API=3
EXPOSE 2379 2380
CMD ["etcd"]
