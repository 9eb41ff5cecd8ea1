/*
 * main.c: vagval-intake. All that it does is in the runtime and in the handlers.
 */
#include "intake.h"

int main(int argc, char **argv)
{
    return vv_service_main(&vv_service_intake, argc, argv);
}
