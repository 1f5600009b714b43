# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/admind
COPY requirements.lock requirements-dev.lock ./
# The extra s3 too: containers are how roles come to run on several machines.
RUN awk '/^[^ #]/ {kept = /^(minio|argon2-cffi|argon2-cffi-bindings|pycryptodome)==/} kept' requirements-dev.lock \
        > requirements-s3.lock \
    && /opt/admind/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
        -r requirements.lock -r requirements-s3.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY handlers handlers
COPY prompts prompts
COPY storage storage
RUN /opt/admind/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin admind \
    && install -d -o admind -g admind -m 0700 /data
COPY --from=build /opt/admind /opt/admind
ENV PATH=/opt/admind/bin:$PATH PYTHONUNBUFFERED=1 ADMIND_DATA_DIR=/data ADMIND_HOST=0.0.0.0 ADMIND_PORT=8484
USER admind
VOLUME /data
EXPOSE 8484
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8484/healthz', timeout=2)"]
ENTRYPOINT ["admind"]
CMD ["run"]
