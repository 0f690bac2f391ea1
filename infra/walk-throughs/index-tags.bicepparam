// A flat account with its index tags: the largest roles on both sides. Settings go before what the template would set.
// docs/deploy.md#more-or-fewer-rights
using '../main.bicep'

param environmentName = 'photos'
param location = 'westeurope'
param mirrorTags = true
param settings = {
  BLOBMIRROR_COPY: 'streamed'
  BLOBMIRROR_DELETES: 'keep'
}
