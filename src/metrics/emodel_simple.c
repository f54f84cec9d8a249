/* emodel_simple.c - the one-line E-models that papers and lab reports use in place of G.107. */
#include <voipqos/emodel.h>

#include <math.h>
#include <string.h>

/* d is the one-way mouth-to-ear delay with the de-jitter buffer, e the loss with the buffer's discards.
 * R0 = 94.2 is what G.107 (12/1998) gave for Ro - Is - Idle, and 94.3 the same without Idle. */
static const struct vq_simple_model models[] = {
    {"cole-rosenbluth-g711", 94.2, 0, 30, 15, true, "Cole & Rosenbluth, ACM CCR 31(2) 2001, G.711"},
    {"cole-rosenbluth-g729a", 94.2, 11, 40, 10, true, "Cole & Rosenbluth, ACM CCR 31(2) 2001, G.729A"},
    {"lab-voice", 94.3, 0, 30, 15, false, "lab-report preset: Cole & Rosenbluth's G.711 figures with R0 = 94.3"},
    {"lab-video", 94.3, 10, 25.21, 15, false, "lab-report preset: no publication and no ITU video model backs it"},
};

size_t vq_simple_count(void)
{
    return sizeof models / sizeof *models;
}

const struct vq_simple_model *vq_simple_at(size_t i)
{
    return i < vq_simple_count() ? &models[i] : NULL;
}

const struct vq_simple_model *vq_simple_by_name(const char *name)
{
    for (size_t i = 0; i < vq_simple_count(); i++)
        if (!strcmp(models[i].name, name))
            return &models[i];
    return NULL;
}

double vq_simple_r(const struct vq_simple_model *m, double d_ms, double e)
{
    double late = d_ms > 177.3 ? d_ms - 177.3 : 0; /* (d - 177.3) H(d - 177.3) */
    return m->r0 - 0.024 * d_ms - 0.11 * late - m->g1 - m->g2 * log(1 + m->g3 * e);
}
