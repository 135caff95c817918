import CommandSupport
import Foundation
import HTTPServer
import Rewind
import RewindHTTP
import RewindSQLite
import SQLiteDriver
import Synchronization

/// An API in this process, for what the reference service never does: items that can be made and closed, kept in SQLite.
final class StubAPI: Sendable {
    /// Answers before the API does; `nil` leaves the request to it.
    typealias Fault = @Sendable (_ request: HTTPRequest, _ database: SQLiteConnection) throws -> HTTPResponse?

    let url: String
    private let server: HTTPServer

    init(database: String, fault: @escaping Fault = { _, _ in nil }) throws {
        let store = try Store(path: database, fault: fault)
        server = try HTTPServer { store.answer($0) }
        url = "http://127.0.0.1:\(server.port)"
    }

    func stop() { server.stop() }

    /// Unchecked: the server has one thread, and nobody else uses the connection.
    private final class Store: @unchecked Sendable {
        private let connection: SQLiteConnection
        private let fault: Fault

        init(path: String, fault: @escaping Fault) throws {
            connection = try SQLiteConnection(path: path)
            self.fault = fault
            try connection.execute(
                """
                PRAGMA journal_mode = WAL;
                CREATE TABLE IF NOT EXISTS item (id INTEGER PRIMARY KEY AUTOINCREMENT, status TEXT NOT NULL);
                INSERT INTO item (status) SELECT 'there before' WHERE NOT EXISTS (SELECT 1 FROM item);
                """)
        }

        func answer(_ request: HTTPRequest) -> HTTPResponse {
            do {
                return try fault(request, connection) ?? own(request)
            } catch {
                return HTTPResponse(status: 500, body: Array("\(error)".utf8))
            }
        }

        private func own(_ request: HTTPRequest) throws -> HTTPResponse {
            if request.path == "/items" {
                try connection.execute("INSERT INTO item (status) VALUES ('open')")
                return try .json(201, ["id": connection.lastInsertRowID])
            }
            let close = try connection.statement("UPDATE item SET status = 'closed' WHERE id = ? AND status = 'open'")
            try close.bind(request.path.split(separator: "/").dropFirst().first.map(String.init) ?? "", at: 1)
            try close.run()
            return try .json(connection.changes == 1 ? 200 : 409, ["closed": connection.changes == 1])
        }
    }
}

/// What the tester knows of the stub's item.
struct Knowledge: ExplorationContext {
    var item: Int64?
    var isClosed = false
}

/// Everything a client can do to the stub.
let stubActions: [Action<Knowledge>] = [
    Action("create") { run in
        let reply = try await run.api.post("/items")
        if reply.isSuccess { run.context.item = try reply.json.id.integer }
        return reply.outcome
    }
    .when { $0.item == nil },
    Action("close") { run in
        let reply = try await run.api.post("/items/\(run.context.item ?? 0)/close")
        if reply.isSuccess { run.context.isClosed = true }
        return reply.outcome
    }
    .when { $0.item != nil },
]

/// Explores an API on a database, with the stub's actions and what else is given.
func explore(
    _ url: String, on database: String, actions: [Action<Knowledge>] = stubActions,
    invariants: [Invariant<Knowledge>] = []
) async throws -> ExplorationResult {
    let exploration = Exploration(of: Knowledge.self) {
        actions
        invariants
    }
    let world = World(api: try API(baseURL: url), systems: [SQLiteSystem(path: database)])
    return await (try Explorer(exploration, in: world)).explore()
}

extension ExplorationResult {
    /// Why nothing was decided; empty when something was.
    var reasons: [String] {
        if case .notDecided(let reasons) = verdict { reasons } else { [] }
    }
}
