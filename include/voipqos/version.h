/* version.h - the version of the library and of the reports it writes. */
#ifndef VOIPQOS_VERSION_H
#define VOIPQOS_VERSION_H

#define VQ_VERSION "0.1.0"
#define VQ_REPORT_SCHEMA "voipqos.report/1"

/* Of the OpenSSL that reads TLS, as "3.0.19". */
const char *vq_openssl_version(void);

#endif
