# syntax=docker/dockerfile:1
FROM python:3.11-slim AS build
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# Without pip and setuptools: what runs installs nothing.
RUN python -m venv --without-pip /opt/pandu
COPY requirements/runtime.lock requirements/
RUN pip --python /opt/pandu install --require-hashes -r requirements/runtime.lock
COPY pyproject.toml README.md ./
COPY bot bot
COPY handlers handlers
COPY messages messages
COPY workflow workflow
COPY storage storage
COPY sop_definitions sop_definitions
COPY simulator simulator
RUN pip --python /opt/pandu install --no-build-isolation --no-deps . \
    && pip --python /opt/pandu uninstall --yes setuptools

FROM python:3.11-slim
RUN useradd --system --uid 10001 --create-home --home-dir /data pandu && chmod 700 /data
COPY --from=build /opt/pandu /opt/pandu
ENV PATH=/opt/pandu/bin:$PATH PYTHONUNBUFFERED=1 PANDU_DATA_DIR=/data
USER 10001
WORKDIR /data
VOLUME /data
# Nothing else is written to: the root may be read-only, with a tmpfs at /tmp.
HEALTHCHECK --interval=60s --timeout=15s --start-period=60s --retries=3 CMD ["pandu", "health"]
STOPSIGNAL SIGTERM
CMD ["pandu", "run"]
