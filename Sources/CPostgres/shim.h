#include <libpq-fe.h>

/// Drops notices, which libpq would print to standard error.
static inline void rewind_ignore_notice(void *context, const PGresult *notice) {}

static inline void rewind_ignore_notices(PGconn *connection) {
    PQsetNoticeReceiver(connection, rewind_ignore_notice, 0);
}

/// The SQLSTATE of an error.
static inline const char *rewind_sqlstate(const PGresult *result) { return PQresultErrorField(result, PG_DIAG_SQLSTATE); }

/// What the server says went wrong, without its severity and place.
static inline const char *rewind_primary_message(const PGresult *result) {
    return PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
}
