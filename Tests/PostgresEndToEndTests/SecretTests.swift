import CommandSupport
import Foundation
import TestServices
import Testing

extension PostgresEndToEndTests {
    /// Whatever is wrong with a URL, its password is not told.
    @Suite struct SecretTests {
        private static let secret = "hun+er%2"
        private static let encodedSecret = "hun%2Ber%252"

        @Test(arguments: ["wrong password", "wrong host", "no such database", "not a URL"])
        func `a URL that leads nowhere is not told with its password`(mistake: String) async throws {
            let scratch = try Scratch()
            let url = try mistaken(mistake)
            let commands = [
                ["demo", "--exploration", "payments", "--database", url],
                ["demo", "--exploration", "payments", "--database", "postgres"], ["restore", url],
                ["serve", "--port", "0", "--database", url],
            ]
            for command in commands {
                let ending = try await Tool(command, in: scratch, databaseURL: url).end()
                let text = ending.output + ending.errors
                #expect(ending.status == 2, "\(command[0]): \(text)")
                #expect(ending.errors.count > 40, "\(command[0]): \(text)")
                for secret in [Self.secret, Self.encodedSecret] { #expect(!text.contains(secret), "\(command[0])") }
            }
        }

        private func mistaken(_ mistake: String) throws -> String {
            let credentials = "locked:\(Self.encodedSecret)"
            switch mistake {
            case "wrong password":
                let server = try PrivatePostgres.shared()
                try requirePassword(on: server)
                return server.url(database: "postgres").replacing(
                    "postgresql:///postgres?", with: "postgresql://\(credentials)@/orders_test?"
                ).replacing("&user=\(PrivatePostgres.administrator)", with: "")
            case "wrong host": return "postgresql://\(credentials)@127.0.0.1:1/orders_test"
            case "no such database":
                let host = try PrivatePostgres.shared().socketDirectory
                return
                    "postgresql:///nowhere_test?user=\(PrivatePostgres.administrator)&password=\(Self.encodedSecret)&host=\(host)"
            default: return "postgresql://\(credentials)@127.0.0.1:port/orders_test"
            }
        }

        /// Makes a role that the server asks for a password.
        private func requirePassword(on server: PrivatePostgres) throws {
            try server.query("DROP ROLE IF EXISTS locked")
            try server.query("CREATE ROLE locked LOGIN PASSWORD 'another'")
            let path = try server.query("SHOW hba_file")
            let rules = try String(contentsOfFile: path, encoding: .utf8)
            let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try file.write(contentsOf: Data(("local all locked scram-sha-256\n" + rules).utf8))
            try file.close()
            try server.query("SELECT pg_reload_conf()")
        }
    }
}
