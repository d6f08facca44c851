# syntax=docker/dockerfile:1

# Builds with everything, ships without. What is shipped is what the npm package holds, by `files` in package.json: the bundle,
# its pages, protos and schema; and beside it the production dependencies.
FROM node:24-slim AS build
WORKDIR /cuegate
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && npm pack --ignore-scripts && mkdir /shipped \
  && tar -xzf cuegate-*.tgz -C /shipped --strip-components=1

FROM node:24-slim AS dependencies
WORKDIR /cuegate
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

# Starts once as the user that the last stage names: what V8 has compiled is kept, and is read-only by the time that it is used.
FROM node:24-slim AS started
WORKDIR /cuegate
COPY --from=dependencies /cuegate/node_modules ./node_modules
COPY --from=build /shipped ./
COPY fill-compile-cache.mjs ./
RUN install -d -o 1000 -g 1000 dist/compile-cache
USER 1000:1000
RUN node fill-compile-cache.mjs

FROM node:24-slim
# The health checks of OpenCue's own compose files call curl inside the container.
RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*
# A published port does not lead to loopback, where `cuegate demo` listens elsewhere.
ENV NODE_ENV=production DEMO_HOST=0.0.0.0
WORKDIR /cuegate
COPY --from=dependencies /cuegate/node_modules ./node_modules
COPY --from=build /shipped ./
COPY --from=started /cuegate/dist/compile-cache ./dist/compile-cache

# Nothing is written at run time, so the root file system may be read-only. By number, so that Kubernetes can tell that
# it is not root.
USER 1000:1000
EXPOSE 8448
# Whatever HOST, REST_PORT and TLS_CERT_FILE say. Docker restarts nobody for it: it is for those that wait (`depends_on`). What
# restarts containers asks /healthz, since a restart brings no Cuebot back.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "dist/cli.js", "ready"]
# Node itself is process 1, without a shell before it, so that SIGTERM comes to it.
ENTRYPOINT ["node", "dist/cli.js"]
CMD ["serve"]

# Last: what changes with every build leaves the layers above as they are. Releases say which commit it was made of.
ARG VERSION=0.2.0
ARG REVISION=unknown
ARG SOURCE=""
LABEL org.opencontainers.image.title="cuegate" \
  org.opencontainers.image.description="A guarded GraphQL and REST gateway for OpenCue's Cuebot, derived from its .proto files" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.source="${SOURCE}"
