/// The commit that the program was built from and its day, as `ba57965, 2026-11-21`; "unknown commit" unless make or
/// another builder has said it by REWIND_REVISION.
const char *rewind_revision(void);
