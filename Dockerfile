# The worker for Container Apps, Kubernetes or a machine of your own: see docs/containers.md.
#   npm ci && npm run build && docker build -t blobmirror .
# All that it runs is in dist/package: the image has no npm step and no node_modules.
FROM node:24.21.0-bookworm-slim

ENV NODE_ENV=production
# The probes of an orchestrator come from outside of the container. Anything but the health needs BLOBMIRROR_HTTP_KEY.
ENV BLOBMIRROR_HTTP_HOST=0.0.0.0

WORKDIR /app
COPY dist/package/ ./

# The image's own user, by its number, so that an orchestrator can see that it is not root. It may write nothing here.
USER 1000:1000
EXPOSE 7071
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:7071/api/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node is process 1 and takes SIGTERM itself. The flags keep memory low: src/cli/worker-flags.ts.
CMD ["node", "--max-semi-space-size=2", "cli/main.js", "worker"]
