/*
 * provider-registry.h: the service as the runtime and the tests see it.
 */
#ifndef VAGVAL_PROVIDER_REGISTRY_H
#define VAGVAL_PROVIDER_REGISTRY_H

#include "vagval/service.h"

/* Goes up when a rule file decides differently than before. */
#define VV_REGISTRY_RULES_VERSION 1

extern const struct vv_service vv_service_provider_registry;

#endif
