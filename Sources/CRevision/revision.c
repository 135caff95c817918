#include "revision.h"

#ifndef REWIND_REVISION
#define REWIND_REVISION "unknown commit"
#endif

const char *rewind_revision(void) { return REWIND_REVISION; }
