#include <libpq-fe.h>
#include <poll.h>

/// Whether bytes, or the end, have arrived on the connection's socket.
static inline int rewind_has_unread_input(const PGconn *connection) {
    struct pollfd socket = {.fd = PQsocket(connection), .events = POLLIN};
    return socket.fd < 0 || poll(&socket, 1, 0) != 0;
}

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
