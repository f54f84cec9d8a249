/* buf.h - text that grows, and text escaped for where it goes. A failed allocation is remembered until somebody asks:
 * many pieces of text are put together and looked at once, at the end. */
#ifndef VQ_UTIL_BUF_H
#define VQ_UTIL_BUF_H

#include "util/bytes.h"

struct vq_buf {
    char *p;      /* NUL-terminated; "" while empty, never NULL and not to be written to */
    size_t n, cap;
    bool failed;  /* some addition found no memory: the text is incomplete, and nothing more is added */
};

void vq_buf_init(struct vq_buf *b);
void vq_buf_done(struct vq_buf *b);
void vq_buf_clear(struct vq_buf *b); /* keeps the memory, and the failure */
void vq_buf_retry(struct vq_buf *b); /* clears the failure, too: what went missing is known and accepted */

void vq_buf_add(struct vq_buf *b, const char *text, size_t n);
void vq_buf_str(struct vq_buf *b, const char *z);
void vq_buf_char(struct vq_buf *b, char c);
void vq_buf_fill(struct vq_buf *b, char c, size_t n);
void vq_buf_fmt(struct vq_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Text from the wire, made harmless. Control characters, DEL, C1 controls, bidirectional overrides and bytes that are
 * no UTF-8 become \xNN or \u{NNNN}; NULL adds nothing. */
void vq_buf_terminal(struct vq_buf *b, const char *z);
/* The same with everything outside printable ASCII escaped: for ASCII ladders and logs. */
void vq_buf_ascii(struct vq_buf *b, const char *z);
/* For a double-quoted gnuplot string: terminal-safe, and quotes, back-quotes, backslashes, $ and @ cannot act. What
 * shows it must be `noenhanced`: there { } ^ _ ~ & are letters like others, while no escape makes them so reliably in
 * enhanced text (gnuplot 5.4 writes \& into SVG as a bare ampersand). */
void vq_buf_gnuplot(struct vq_buf *b, const char *z);

/* Columns that UTF-8 text takes on a terminal (wide East Asian characters two, combining marks none). */
size_t vq_text_columns(const char *z, size_t n);
/* Bytes of the longest prefix of at most `columns` columns. */
size_t vq_text_fit(const char *z, size_t columns);

#endif
