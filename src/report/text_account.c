/* text_account.c - what became of each frame: every one stands in exactly one row. */
#include "report/text.h"

#include <stdio.h>

#define COUNT_COLUMNS 14
#define NAME_COLUMNS 16

static void row(struct vq_out *o, uint64_t n, uint64_t frames, const char *name, const char *help)
{
    char count[VQ_NUMBER_TEXT], share[VQ_NUMBER_TEXT];
    vq_out_field(o, vq_count_text(n, count), COUNT_COLUMNS, true, VQ_TINT_PLAIN);
    snprintf(share, sizeof share, "%.2f %%", frames ? 100.0 * (double)n / (double)frames : 0);
    vq_out_field(o, share, 10, true, VQ_TINT_DIM);
    vq_buf_str(&o->b, "  ");
    vq_out_field(o, name, NAME_COLUMNS, false, VQ_TINT_BOLD);
    vq_buf_str(&o->b, " ");
    unsigned column = COUNT_COLUMNS + 10 + 2 + NAME_COLUMNS + 1;
    vq_out_words(o, column, column, help);
}

int vq_report_account(const struct vq_engine *e, const struct vq_report_style *st, vq_write_h *w, void *arg)
{
    struct vq_out o;
    struct vq_stats s;
    uint64_t sum = 0;
    vq_engine_stats(e, &s);
    vq_out_init(&o, st, w, arg);
    vq_out_heading(&o, "Account of the frames", s.frames);
    for (unsigned i = 0; i < VQ_DEC_COUNT; i++) {
        sum += s.decoded[i];
        if (s.decoded[i])
            row(&o, s.decoded[i], s.frames, vq_decoded_name((enum vq_decoded)i), vq_decoded_help((enum vq_decoded)i));
    }
    for (unsigned i = 0; i < VQ_DROP_COUNT; i++) {
        sum += s.not_decoded[i];
        if (s.not_decoded[i])
            row(&o, s.not_decoded[i], s.frames, vq_drop_name((enum vq_drop)i), vq_drop_help((enum vq_drop)i));
    }
    row(&o, sum, s.frames, "frames", sum == s.frames ? "all that were read" : "but not all that were read: this is a bug");
    return vq_out_done(&o);
}
