/*
 * main.c: the `vagval` command.
 */
#include "commands.h"

int main(int argc, char **argv)
{
    return vv_cli_main(argc, argv);
}
