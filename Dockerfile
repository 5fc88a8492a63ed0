# One image for every process of a node. Everything installed is pinned by hash.
FROM python:3.13-slim AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock requirements-runtime.lock ./
RUN python -m venv /opt/demarche \
    && /opt/demarche/bin/pip install --require-hashes -r requirements-runtime.lock \
    && awk '/^[a-z0-9]/ { keep = /^setuptools==/ } keep' requirements.lock > build.lock \
    && pip install --require-hashes -r build.lock
COPY pyproject.toml README.md LICENSE ./
COPY incident incident
COPY workers workers
COPY web web
RUN pip wheel --no-deps --no-build-isolation -w dist . \
    && /opt/demarche/bin/pip install --no-deps dist/*.whl

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/demarche --shell /usr/sbin/nologin demarche \
    && install -d -o demarche -g demarche -m 0700 /var/lib/demarche
COPY --from=build /opt/demarche /opt/demarche
ENV PATH=/opt/demarche/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DEMARCHE_HOME=/var/lib/demarche
USER demarche
WORKDIR /var/lib/demarche
VOLUME /var/lib/demarche
EXPOSE 8000
CMD ["demarche", "web"]
