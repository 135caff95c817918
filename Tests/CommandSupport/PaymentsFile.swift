import Foundation

/// The payments exploration in the repository, with the program under test as the service.
package enum PaymentsFile {
    package static let path = Repository.folder.appendingPathComponent("Examples/yaml/payments.yaml").path

    /// `rewind explore` of it, on SQLite or on PostgreSQL.
    /// - Parameter directory: in which it runs, and keeps the run.
    package static func explored(
        _ arguments: [String] = [], bug: String? = nil, on url: String? = nil, in scratch: Scratch,
        directory: URL? = nil
    ) throws -> Tool {
        let service = scratch.path("service")
        let options = bug.map { " --bug \($0)" } ?? ""
        try scratch.write("#!/bin/sh\nexec '\(Tool.executable.path)' \"$@\"\(options)\n", to: "service")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: service)
        var file = path
        if url != nil {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try scratch.write(
                text.replacing(#/sqlite: ".*"/#, with: "postgres: ${ORDERS_DATABASE}"), to: "payments.yaml")
            file = scratch.path("payments.yaml")
        }
        return try Tool(
            ["explore", file] + arguments, in: scratch,
            secrets: ["REWIND": service, "ORDERS_DATABASE": url ?? scratch.path("orders-test.sqlite")],
            directory: directory)
    }
}
