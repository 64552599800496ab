/* SPDX-License-Identifier: MIT */
#ifndef FIRMWARE_BOOT_IMAGE_H
#define FIRMWARE_BOOT_IMAGE_H

#include <stdint.h>

/* The first 256 bytes of an image slot: what the image is. The vector table follows. */

#define IMAGE_MAGIC  0x4b4e4c4fu /* "OLNK" */
#define IMAGE_LAYOUT 2u

struct image_header {
    uint32_t magic;
    uint32_t layout;  /* of this struct */
    uint32_t vectors; /* address of the vector table */
    uint32_t end;     /* address of the last word: mark and magic, exclusive or */
    char board[32];   /* that it was built for, ends with 0 */
    char version[32]; /* ends with 0 */
    uint32_t mark;    /* of this image and no other: firmware/uf2 makes it of the rest */
};

extern const struct image_header image_header;

#endif
