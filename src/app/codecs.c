/* codecs.c - reads a codec file whole; the library makes rows of it. */
#include "app/codecs.h"

#include "app/app.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MOST (256u << 10) /* VQ_CODEC_OWN_MAX lines and as many words about them */

static int failed(const char *path, int rc)
{
    say("codec file %s: %s", path, strerror(rc));
    return rc;
}

/* 0 or an errno value; `*n` bytes, of at most FILE_MOST + 1, are in `text`. */
static int read_all(const char *path, char *text, size_t *n)
{
    errno = 0;
    FILE *f = fopen(path, "rb");
    if (!f)
        return errno ? errno : ENOENT;
    *n = fread(text, 1, FILE_MOST + 1, f);
    int rc = ferror(f) ? errno ? errno : EIO : 0;
    fclose(f);
    return rc;
}

static int parse(struct codecs *c, const char *path, const char *text, size_t n)
{
    struct vq_codec_fault fault;
    if (vq_codec_own_parse(text, n, c->rows, &c->n, &fault))
        return 0;
    say("codec file %s, line %u: %s", path, fault.line, fault.text);
    return EINVAL;
}

int codecs_load(struct codecs *c, const char *path)
{
    size_t n = 0;
    *c = (struct codecs){0};
    if (!path)
        return 0;
    char *text = malloc(FILE_MOST + 1);
    c->rows = calloc(VQ_CODEC_OWN_MAX, sizeof *c->rows);
    int rc = !text || !c->rows ? ENOMEM : read_all(path, text, &n);
    if (!rc && n > FILE_MOST)
        rc = EFBIG;
    rc = rc ? failed(path, rc) : parse(c, path, text, n);
    free(text);
    if (rc)
        codecs_done(c);
    return rc;
}

void codecs_done(struct codecs *c)
{
    free(c->rows);
    *c = (struct codecs){0};
}

const struct vq_impairment *codecs_find(const struct codecs *c, const char *name)
{
    const struct vq_impairment *row = vq_impairment_by_name(name);
    bool spelled = row && !strcmp(row->name, name);
    const struct vq_codec_own *own = spelled ? NULL : vq_codec_own_rtp(c->rows, c->n, name, 0);
    if (!own && row)
        own = vq_codec_own_row(c->rows, c->n, row->name);
    return own ? &own->row : row;
}
