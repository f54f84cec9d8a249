/* emodel_sheet.h - one worked E-model: what went in and where it came from, what came out, what to say about it. */
#ifndef VQ_APP_EMODEL_SHEET_H
#define VQ_APP_EMODEL_SHEET_H

#include <voipqos/codec.h>
#include <voipqos/emodel.h>
#include <voipqos/rating.h>

#define EMODEL_NOTES 8

struct emodel_sheet {
    struct vq_emodel_in in;
    struct vq_emodel_out out;
    double delay_ms, buffer_ms;         /* the parts of in.ta */
    const struct vq_impairment *row;    /* NULL: no codec named */
    enum vq_scale scale;                /* of the row; NB without */
    const char *ie_from;                /* "codec", "given", "default" */
    const char *bpl_from;               /* also "provisional", and "unpublished", in.bpl then being NAN */
    const char *class;                  /* of delay sensitivity */
    const struct vq_simple_model *simple; /* NULL: none */
    double simple_r, simple_mos;
    enum vq_rating_scheme rating;
    enum vq_tiphon_loss tiphon_loss;
    char notes[EMODEL_NOTES][240];
    unsigned n_notes;
};

void emodel_sheet_note(struct emodel_sheet *s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* To standard output. */
void emodel_sheet_text(const struct emodel_sheet *s);
void emodel_sheet_json(const struct emodel_sheet *s);

#endif
