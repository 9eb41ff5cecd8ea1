/*
 * main.c: vagval-payment. All that it does is in the runtime and in the handlers.
 */
#include "payment.h"

int main(int argc, char **argv)
{
    return vv_service_main(&vv_service_payment, argc, argv);
}
