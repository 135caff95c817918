import Money
import Orders

/// What the service keeps, in either database. Used by many threads at once; keeps nothing in memory.
struct OrderStore: Sendable {
    private let database: any SQLDatabase
    private var keyed: KeyedRequest?

    init(_ database: any SQLDatabase) {
        self.database = database
    }

    /// Opens the database that a configuration names, bringing its schema up to date.
    init(_ configuration: OrdersServer.Configuration) throws {
        switch configuration.database {
        case .sqlite(let path):
            self.init(try SQLiteDatabase(path: path, isCopyable: configuration.keepsFileCopyable))
        case .postgres(let url):
            self.init(try PostgresDatabase(url: url, connections: configuration.databaseConnections))
        }
    }

    /// Runs one statement by itself, or several that need not agree: each sees what was committed before it.
    func reading<R: Sendable>(_ body: @Sendable (OrderTables) throws -> R) throws -> R {
        try database.withConnection { try body(OrderTables($0)) }
    }

    /// Runs the body in one transaction; nothing it wrote stays if it throws.
    ///
    /// The body may be run once more if nothing of the first time stays, so it must do nothing but ask and decide.
    func transaction<R: Sendable>(_ body: @Sendable (OrderTables) throws -> R) throws -> R {
        let result = try database.withConnection { connection in
            try connection.transaction {
                let tables = OrderTables(connection, keyed)
                try keyed?.claim(in: tables)
                return try body(tables)
            }
        }
        keyed?.commitClaim()
        return result
    }

    /// The same store for one request: whose key is claimed with the first transaction that it commits.
    func under(_ keyed: KeyedRequest) -> OrderStore {
        var store = self
        store.keyed = keyed
        return store
    }

    /// An order as it was last committed.
    func order(_ id: OrderID) throws -> Order? {
        try reading { try $0.order(id) }
    }
}

/// All tables, over one connection. What can be asked of each is in a file of its own under `Tables`.
struct OrderTables {
    let connection: any SQLConnection
    /// The request on whose behalf they are used, if it came with a key.
    let keyed: KeyedRequest?

    init(_ connection: any SQLConnection, _ keyed: KeyedRequest? = nil) {
        self.connection = connection
        self.keyed = keyed
    }
}

/// Another process has changed the order's status between the reading and the writing of it.
struct ChangedMeanwhile: Error {
    let id: OrderID
}

/// The database did not answer, or not in time.
struct DatabaseUnavailable: Error, CustomStringConvertible {
    let cause: String

    var description: String { "The database cannot be used at the moment: \(cause)" }
}

/// A row that this service cannot have written.
struct UnreadableRow: Error, CustomStringConvertible {
    let description: String
}
