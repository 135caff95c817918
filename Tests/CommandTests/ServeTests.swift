import CommandSupport
import Foundation
import Rewind
import RewindHTTP
import TestServices
import Testing

extension CommandTests {
    /// The reference service, started by hand.
    @Suite struct ServeTests {
        @Test func `its first line is its address, and it answers there`() async throws {
            let scratch = try Scratch()
            let tool = try Tool(["serve", "--database", scratch.path("orders.sqlite"), "--port", "0"], in: scratch)
            let url = try await tool.firstLine()
            #expect(url.hasPrefix("http://127.0.0.1:"))
            let api = try API(baseURL: url).bound(to: Journal())
            let created = try await api.post(
                "/orders", json: ["amount": "100.00", "currency": "USD", "customer_id": "c1"])
            #expect(created.status == 201)
            #expect(try await api.get("/orders/1").json.status.string == "pending")
            // Without the option, time is the system's.
            #expect(try await api.post("/clock/advance", json: ["seconds": 1]).status == 404)
            tool.signal(SIGTERM)
            let ending = try await tool.end()
            #expect(ending.status == 0 && !ending.wasKilled)
            #expect(ending.errors == "")
        }

        @Test func `what it kept is there when it starts again`() async throws {
            let scratch = try Scratch()
            let database = try await filledDatabase(in: scratch)
            let status = try await withService(on: database, in: scratch) { api, _ in
                try await api.get("/orders/2").json.status.string
            }
            #expect(status == "captured")
        }

        @Test func `it goes on without input, unless it is to exit with its parent`() async throws {
            let scratch = try Scratch()
            let alone = try Tool(["serve", "--database", scratch.path("a.sqlite"), "--port", "0"], in: scratch)
            let url = try await alone.firstLine()
            try alone.closeInput()
            #expect(try await API(baseURL: url).bound(to: Journal()).get("/health").status == 200)
            alone.signal(SIGINT)
            #expect(try await alone.end().status == 0)

            let arguments = ["serve", "--database", scratch.path("b.sqlite"), "--port", "0", "--exit-with-parent"]
            let child = try Tool(arguments, in: scratch)
            _ = try await child.firstLine()
            child.signal(SIGINT)
            try child.closeInput()
            let ending = try await child.end()
            #expect(ending.status == 0 && !ending.wasKilled)
        }

        @Test func `a port in use is said so`() async throws {
            let scratch = try Scratch()
            let database = scratch.path("orders.sqlite")
            try await withService(on: database, in: scratch) { api, tool in
                let port = try #require(try await tool.firstLine().split(separator: ":").last)
                let second = try await Tool.run("serve", "--database", database, "--port", "\(port)", in: scratch)
                #expect(second.status == 2)
                #expect(second.output == "")
                #expect(
                    second.errors
                        == "Cannot listen on 127.0.0.1:\(port): the port is in use; stop the other server, or use port 0 "
                        + "for a free one.\n")
            }
        }

        @Test func `a bug can be started by hand`() async throws {
            let scratch = try Scratch()
            let arguments = ["--port", "0", "--bug", "double-refund"]
            let tool = try Tool(["serve", "--database", scratch.path("orders.sqlite")] + arguments, in: scratch)
            let api = try API(baseURL: try await tool.firstLine()).bound(to: Journal())
            _ = try await api.post("/orders", json: ["amount": "100.00", "currency": "USD", "customer_id": "c1"])
            _ = try await api.post("/orders/1/pay")
            #expect(try await api.post("/orders/1/refund").status == 200)
            #expect(try await api.post("/orders/1/refund").status == 200)
            tool.signal(SIGTERM)
            _ = try await tool.end()
        }

        @Test(.enabled(if: TestService.postgres.isToBeTested, "\(TestService.postgres.absence)"))
        func `it keeps its orders in PostgreSQL, when the environment says so`() async throws {
            let scratch = try Scratch()
            let postgres = try PrivatePostgres.shared()
            try postgres.createDatabase("serve_test")
            defer { try? postgres.dropDatabase("serve_test") }
            for number: Int64 in 1...2 {
                let tool = try Tool(
                    ["serve", "--port", "0"], in: scratch, databaseURL: postgres.url(database: "serve_test"))
                let api = try API(baseURL: try await tool.firstLine()).bound(to: Journal())
                let created = try await api.post(
                    "/orders", json: ["amount": "100.00", "currency": "USD", "customer_id": "c1"])
                #expect(try created.json.id.integer == number)
                tool.signal(SIGTERM)
                #expect(try await tool.end().status == 0)
            }
            #expect(try postgres.query("SELECT count(*) FROM orders", in: "serve_test") == "2")
        }

        @Test func `the option goes before the environment`() async throws {
            let scratch = try Scratch()
            let arguments = ["serve", "--database", scratch.path("option.sqlite"), "--port", "0"]
            let tool = try Tool(arguments, in: scratch, databaseURL: scratch.path("environment.sqlite"))
            _ = try await tool.firstLine()
            tool.signal(SIGTERM)
            #expect(try await tool.end().status == 0)
            #expect(FileManager.default.fileExists(atPath: scratch.path("option.sqlite")))
            #expect(!FileManager.default.fileExists(atPath: scratch.path("environment.sqlite")))
        }

        @Test(arguments: [
            (
                "postgresql://me:secret@127.0.0.1:1/orders",
                "The database cannot be used at the moment: PostgreSQL error: connection to server at \"127.0.0.1\", "
                    + "port 1 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP "
                    + "connections?\n"
            ),
            (
                "postgresql://me:sec@ret@127.0.0.1:1/orders",
                "The database cannot be used at the moment: PostgreSQL error: the URL has an @ or / in its user or "
                    + "password; write them as %40 and %2F\n"
            ),
            (
                "mysql://me:secret@127.0.0.1/orders",
                "Error: There is no support for databases at \"mysql://…\"; give the path of a SQLite file, or a URL "
                    + "that starts with postgresql://.\n"
            ),
        ])
        func `a database it cannot use is said so without its password`(url: String, message: String) async throws {
            let scratch = try Scratch()
            let ending = try await Tool(["serve", "--port", "0"], in: scratch, databaseURL: url).end()
            #expect(ending.status == 2)
            #expect(ending.output == "")
            #expect(ending.errors.hasPrefix(message), "\(ending.errors)")
            #expect(!ending.errors.contains("secret"))
        }

        static let providerArguments = ["serve", "--port", "0", "--provider-url", "http://127.0.0.1:1"]

        @Test(arguments: [
            (
                providerArguments, [:],
                "With --provider-url, set PROVIDER_API_KEY to the provider's API key: without it every call is refused."
            ),
            (
                providerArguments, ["PROVIDER_API_KEY": "secret"],
                "With --provider-url, set WEBHOOK_SECRET to the key that the provider signs webhooks with: without it "
                    + "anyone could send them."
            ),
            (
                ["serve", "--reconcile-every", "60"], [:],
                "--reconcile-every needs --provider-url: without a provider nothing is ever pending."
            ),
            (["reconcile"], [:], "Give --provider-url: without a provider nothing is ever pending."),
            (
                ["serve", "--bug", "over-capture"], [:], "over-capture shows only with a provider; give --provider-url."
            ),
        ])
        func `a provider that cannot be used is said so`(
            arguments: [String], secrets: [String: String], message: String
        ) async throws {
            let scratch = try Scratch()
            let database = ["--database", scratch.path("orders.sqlite")]
            let ending = try await Tool(arguments + database, in: scratch, secrets: secrets).end()
            #expect(ending.status == 2)
            #expect(ending.output == "")
            #expect(ending.errors.hasPrefix("Error: \(message)\n"), "\(ending.errors)")
        }

        @Test func `a provider that cannot be reached leaves the payment pending, and is asked again`() async throws {
            let scratch = try Scratch()
            let secrets = ["PROVIDER_API_KEY": "secret", "WEBHOOK_SECRET": "secret"]
            let database = ["--database", scratch.path("orders.sqlite")]
            let tool = try Tool(Self.providerArguments + database, in: scratch, secrets: secrets)
            let api = try API(baseURL: try await tool.firstLine()).bound(to: Journal())
            _ = try await api.post("/orders", json: ["amount": "100.00", "currency": "USD", "customer_id": "c1"])
            let answer = try await api.post("/orders/1/pay")
            #expect(answer.status == 202)
            #expect(try answer.json.pending_operation.string == "authorize")
            let asking = ["reconcile", "--provider-url", "http://127.0.0.1:1", "--reconcile-after", "0"]
            let run = try await Tool(asking + database, in: scratch, secrets: secrets).end()
            #expect(run.output == "asked about 1, settled 0, sent again 0, still pending 1\n")
            #expect(run.status == 0)
            tool.signal(SIGTERM)
            #expect(try await tool.end().status == 0)
        }
    }
}
