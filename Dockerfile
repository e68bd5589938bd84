# One image for `ballast api` and `ballast worker`; Postgres and Temporal run elsewhere, see
# docker-compose.yml. Not built yet on the machine it was written on, which has no Docker: its
# steps were run by hand in a copy (npm ci, the bundle, both processes as another user).
FROM node:20.20.2-bookworm-slim

# Temporal's native client takes its root certificates from the system (Temporal Cloud, TLS).
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*

ENV NODE_ENV=production \
    BALLAST_CACHE_DIR=/var/cache/ballast \
    BALLAST_DATA_DIR=/var/lib/ballast

WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package needs its install script here: native parts come as prebuilt packages.
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

COPY activities activities
COPY bin bin
COPY client client
COPY contracts contracts
COPY domain domain
COPY ledger ledger
COPY simulator simulator
COPY tools/setup tools/setup
COPY venues venues
COPY worker worker
COPY workflows workflows

# Bundled here once: at run time the root file system is read-only, and a start takes no seconds.
RUN node --import tsx --input-type=module --eval "import { workflowBundle } from './worker/bundle.ts'; console.log(await workflowBundle(process.env.BALLAST_CACHE_DIR));" \
  && install --directory --owner node --group node --mode 0700 "$BALLAST_DATA_DIR"

USER node
ENTRYPOINT ["node", "bin/ballast.mjs"]
CMD ["--help"]
