/* cmd_emodel.h - `voipqos emodel`: the E-model from numbers given by hand, worked out term by term. */
#ifndef VQ_APP_CMD_EMODEL_H
#define VQ_APP_CMD_EMODEL_H

/* argv[0] is "emodel". Prints; returns the exit code. */
int cmd_emodel(int argc, char **argv);

#endif
