/* SPDX-License-Identifier: MIT */
#include "firmware/app/app.h"
#include "firmware/board_machine.h"

int main(void)
{
    app_main(board_machine_init());
}
