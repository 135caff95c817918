import PostgresDriver

extension OrdersServer {
    /// Where the orders are kept.
    public enum Database: Hashable, Sendable {
        /// A file, made if there is none.
        case sqlite(path: String)
        /// A database that is there, by its connection URI
        /// (<https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS>).
        case postgres(url: String)

        /// Tells a URL from a path.
        ///
        /// - Throws: ``UnknownDatabase`` for a URL of another database than PostgreSQL.
        public init(_ text: String) throws(UnknownDatabase) {
            let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
            switch (parts[0], parts.count) {
            case (_, 1): self = .sqlite(path: text)
            case ("postgresql", _), ("postgres", _): self = .postgres(url: text)
            default: throw UnknownDatabase(scheme: String(parts[0]))
            }
        }
    }

    /// A URL that leads to no database of a kind that the service knows.
    public struct UnknownDatabase: Error, Hashable, Sendable, CustomStringConvertible {
        /// What the URL starts with.
        public let scheme: String

        /// One sentence: what is wrong, and what to do.
        public var description: String {
            "There is no support for databases at \"\(scheme)://…\"; give the path of a SQLite file, or a URL that "
                + "starts with postgresql://."
        }
    }
}

extension OrdersServer.Database: CustomStringConvertible {
    /// The file, or the PostgreSQL database's name; never a password.
    public var description: String {
        switch self {
        case .sqlite(let path): path
        case .postgres(let url): "PostgreSQL database \((try? PostgresURL(url))?.database ?? "of the user's name")"
        }
    }
}
