# The portal as one image: web, worker, beat and the one-off "prepare" differ by their command (docker-compose.yml).

FROM node:24-slim AS front
WORKDIR /portal
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-progress

FROM python:3.12-slim AS packages
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/base.txt

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH \
    DJANGO_SETTINGS_MODULE=portal.settings \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PORTAL_STATE=/var/lib/portal \
    STATIC_ROOT=/srv/static
RUN useradd --uid 10001 --home-dir /var/lib/portal --create-home --shell /usr/sbin/nologin portal
WORKDIR /portal
COPY --from=packages /venv /venv
COPY --from=front /portal/node_modules node_modules
COPY . .
RUN python -m compileall -q accounts auth2fa crm fees portal \
 && python -m portal.catalogues \
 && python manage.py collectstatic --no-input -v0 \
 && rm -rf node_modules /var/lib/portal/* \
 && chown portal: /var/lib/portal
USER portal
VOLUME /var/lib/portal
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["python", "-m", "portal.servers.knock"]
CMD ["gunicorn", "portal.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--worker-class", "gthread", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--umask", "077"]
