/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/boot/flash_map.h"
#include "firmware/boot/image.h"
#include "firmware/uf2/uf2.h"

static struct uf2_flash flash;

static int fail(const char *file, const char *why)
{
    fprintf(stderr, "uf2: %s: %s\n", file, why);
    return 1;
}

static uint8_t *read_file(const char *name, size_t *len)
{
    FILE *file = fopen(name, "rb");
    uint8_t *data = NULL;
    long size = -1;
    if (file != NULL && fseek(file, 0, SEEK_END) == 0) {
        size = ftell(file);
    }
    if (size > 0 && fseek(file, 0, SEEK_SET) == 0) {
        data = malloc((size_t)size);
    }
    if (data != NULL && fread(data, 1, (size_t)size, file) != (size_t)size) {
        free(data);
        data = NULL;
    }
    if (file != NULL) {
        fclose(file);
    }
    *len = data != NULL ? (size_t)size : 0;
    return data;
}

static int write_bin(const char *name)
{
    FILE *file = fopen(name, "wb");
    size_t len = uf2_flash_len(&flash);
    if (file == NULL) {
        return fail(name, "cannot be written");
    }
    bool ok = fwrite(flash.bytes, 1, len, file) == len;
    ok = fclose(file) == 0 && ok;
    return ok ? 0 : fail(name, "cannot be written");
}

static int write_uf2(const char *name)
{
    FILE *file = fopen(name, "wb");
    uint32_t count = uf2_flash_pages(&flash);
    uint32_t number = 0;
    if (file == NULL) {
        return fail(name, "cannot be written");
    }
    bool ok = true;
    for (uint32_t page = 0; page < UF2_PAGES; page++) {
        uint8_t block[UF2_BLOCK];
        if (flash.used[page]) {
            uf2_block_encode(block, &flash, page, number++, count);
            ok = fwrite(block, 1, sizeof block, file) == sizeof block && ok;
        }
    }
    ok = fclose(file) == 0 && ok;
    return ok ? 0 : fail(name, "cannot be written");
}

static int check(const char *name)
{
    size_t len;
    uint8_t *data = read_file(name, &len);
    if (data == NULL) {
        return fail(name, "cannot be read");
    }
    const char *error = uf2_check(&flash, data, len);
    free(data);
    if (error != NULL) {
        return fail(name, error);
    }
    struct image_header header;
    memcpy(&header, flash.bytes + FLASH_IMAGE_A_AT, sizeof header);
    printf("%s: good, %u blocks, board %.*s, version %.*s\n", name,
           (unsigned)uf2_flash_pages(&flash), (int)sizeof header.board - 1, header.board,
           (int)sizeof header.version - 1, header.version);
    return 0;
}

static int make(const char *elf, const char *bin, const char *uf2)
{
    size_t len;
    uint8_t *data = read_file(elf, &len);
    if (data == NULL) {
        return fail(elf, "cannot be read");
    }
    const char *error = uf2_flash_load(&flash, data, len);
    free(data);
    if (error == NULL) {
        error = uf2_flash_seal(&flash);
    }
    if (error != NULL) {
        return fail(elf, error);
    }
    int status = write_bin(bin);
    if (status == 0) {
        status = write_uf2(uf2);
    }
    return status == 0 ? check(uf2) : status;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--check") == 0) {
        return check(argv[2]);
    }
    if (argc == 4) {
        return make(argv[1], argv[2], argv[3]);
    }
    fprintf(stderr, "usage: uf2 IN.elf OUT.bin OUT.uf2\n"
                    "       uf2 --check FILE.uf2\n");
    return 2;
}
