/*
 * main.c: vagval-assessment. All that it does is in the runtime and in the handlers.
 */
#include "assessment.h"

int main(int argc, char **argv)
{
    return vv_service_main(&vv_service_assessment, argc, argv);
}
