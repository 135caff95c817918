import Orders
import PaymentProviders

extension OrdersServer {
    /// How the service runs.
    public struct Configuration: Sendable {
        /// Where the orders are kept.
        public var database: Database
        /// A loopback address to listen on.
        public var host: String
        /// The port to listen on, 0 for any free one.
        public var port: UInt16
        /// How many requests are read and answered at once; 0 for as many as there are connections. SQLite is used by one
        /// at a time in any case; PostgreSQL gets as many connections, and 4 for 0.
        public var threads: Int
        /// The defects to run with; none for the correct service.
        public var bugs: Set<Bug>
        /// Whether time stands still and only `POST /clock/advance` moves it.
        ///
        /// It starts at the time the database was made. A clock that ran by itself would let orders expire in the
        /// middle of a long exploration, and the same path would end differently the next time.
        public var testClock: Bool
        /// Who moves the money. Without one, everything settles at once and nothing leaves the process.
        ///
        /// A handler thread waits for the provider's answer. One that sends its webhooks before it answers needs a
        /// second thread here.
        public var provider: (any PaymentProvider)?
        /// How old what is pending must be before ``OrdersServer/reconcile()`` asks the provider about it.
        public var reconcileAfterSeconds: Int64 = 30 * 60
        /// How often the provider is asked by itself while the server runs; never if left out.
        public var reconcileEverySeconds: Double?

        var databaseConnections: Int { threads > 0 ? threads : 4 }

        /// Whether all of a SQLite database is in its one file between requests, and nothing of it in this process: a
        /// rollback journal instead of write-ahead logging, and no page remembered. For tools that copy the file behind
        /// the service's back. Slower, and meaningless with PostgreSQL.
        public var keepsFileCopyable = false

        /// Whether `GET` answers from the process's memory. Not a bug of the service, but what makes one impossible to
        /// rewind from outside; exists to test that Rewind notices.
        package var cachesOrdersInMemory = false

        /// Describes a service; only the database has no default.
        public init(
            database: Database, host: String = "127.0.0.1", port: UInt16 = 0, threads: Int = 1, bugs: Set<Bug> = [],
            testClock: Bool = false, provider: (any PaymentProvider)? = nil
        ) {
            self.database = database
            self.host = host
            self.port = port
            self.threads = threads
            self.bugs = bugs
            self.testClock = testClock
            self.provider = provider
        }
    }
}
