/*
 * main.c: vagval-provider-registry. All that it does is in the runtime and in the handlers.
 */
#include "provider-registry.h"

int main(int argc, char **argv)
{
    return vv_service_main(&vv_service_provider_registry, argc, argv);
}
