import CommandSupport
import Foundation

/// An exploration of ``StubAPI``, without `api` and `systems`.
let stubExploration = """
    context: { item: null, closed: false }
    actions:
      create:
        when: item IS NULL
        POST: /items
        save: { item: $.id }
      close:
        when: item IS NOT NULL
        POST: /items/{item}/close
        set: { closed: "true" }

    """

/// The payments exploration, which is in the repository.
let paymentsFile = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Examples/yaml/payments.yaml").path

/// `rewind explore` on the payments exploration, with the program under test as the service.
func exploringPayments(_ arguments: [String] = [], bug: String? = nil, in scratch: Scratch) throws -> Tool {
    let service = scratch.path("service")
    let options = bug.map { " --bug \($0)" } ?? ""
    try scratch.write("#!/bin/sh\nexec '\(Tool.executable.path)' \"$@\"\(options)\n", to: "service")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: service)
    return try Tool(
        ["explore", paymentsFile] + arguments, in: scratch,
        secrets: ["REWIND": service, "ORDERS_DATABASE": scratch.path("orders-test.sqlite")])
}
