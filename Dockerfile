# syntax=docker/dockerfile:1

# Builds with everything, ships without: the last stage holds dist/, protos, schema and production dependencies only.
FROM node:24-slim AS build
WORKDIR /cuegate
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

FROM node:24-slim AS dependencies
WORKDIR /cuegate
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

# Starts once as the user that the last stage names: what V8 has compiled is kept, and is read-only by the time that it is used.
FROM node:24-slim AS started
WORKDIR /cuegate
COPY --from=dependencies /cuegate/node_modules ./node_modules
COPY --from=build /cuegate/dist ./dist
COPY package.json fill-compile-cache.mjs ./
COPY proto ./proto
COPY schema ./schema
RUN install -d -o 1000 -g 1000 dist/compile-cache
USER 1000:1000
RUN node fill-compile-cache.mjs

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /cuegate
COPY --from=dependencies /cuegate/node_modules ./node_modules
COPY --from=started /cuegate/dist ./dist
COPY package.json LICENSE NOTICE ./
COPY proto ./proto
COPY schema ./schema

# Nothing is written at run time, so the root file system may be read-only. By number, so that Kubernetes can tell that
# it is not root.
USER 1000:1000
EXPOSE 8448
# The image has no curl. /readyz would restart a healthy gateway when Cuebot is down; liveness is what a restart can mend.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.REST_PORT || 8448}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/cli.js"]
CMD ["serve"]
