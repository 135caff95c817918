import ExactJSON
import Foundation
import Testing

@testable import ExplorationFiles

@Suite struct `The JSON Schema` {
    private static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("docs/exploration.schema.json").path

    @Test func `in the documentation is the one of the reader`() throws {
        if ProcessInfo.processInfo.environment["REWIND_WRITE_SCHEMA"] != nil {
            try ExplorationFile.jsonSchema.write(toFile: Self.path, atomically: true, encoding: .utf8)
        }
        let committed = try String(contentsOfFile: Self.path, encoding: .utf8)
        #expect(
            committed == ExplorationFile.jsonSchema,
            "REWIND_WRITE_SCHEMA=1 swift test --filter ExplorationFilesTests writes it anew")
    }

    @Test func `is JSON in which no object has a name twice`() throws {
        func check(_ value: JSON, _ path: String) {
            switch value {
            case .object(let members):
                #expect(Set(members.map(\.name)).count == members.count, "\(path)")
                for member in members { check(member.value, path + "." + member.name) }
            case .array(let elements): for element in elements { check(element, path + "[]") }
            case .null, .bool, .number, .string: break
            }
        }
        check(try JSON(parsing: Array(ExplorationFile.jsonSchema.utf8)), "$")
    }

    @Test func `knows the keys that the reader knows, and describes each`() throws {
        let schema = try JSON(parsing: Array(ExplorationFile.jsonSchema.utf8))
        var count = 0
        func check(_ shape: Shape, _ schema: JSON?, _ path: String) throws {
            switch shape {
            case .leaf: break
            case .list(let element, _): try check(element, schema?["items"], path + "[]")
            case .oneOrMore(let one): try check(one, schema?["anyOf"]?[0], path)
            case .mapping(_, let value, _): try check(value, schema?["additionalProperties"], path + ".*")
            case .either(let shapes):
                for (index, shape) in shapes.enumerated() { try check(shape, schema?["anyOf"]?[index], path) }
            case .object(let object):
                guard case .object(let properties) = schema?["properties"] else {
                    Issue.record("\(path) has no properties")
                    return
                }
                #expect(properties.map(\.name) == object.keys.map(\.name), "\(path)")
                #expect(schema?["additionalProperties"] == false, "\(path)")
                for key in object.keys {
                    count += 1
                    let described = schema?["properties"]?[key.name]
                    #expect(described?["description"] == .string(key.description), "\(path).\(key.name)")
                    try check(key.shape, described, "\(path).\(key.name)")
                }
            }
        }
        try check(.object(FileFormat.file), schema, "$")
        #expect(count > 100)
    }

    @Test func `names every key in the documentation`() throws {
        let folder = URL(fileURLWithPath: Self.path).deletingLastPathComponent()
        let page = try ["exploration-files.md", "idempotency-conformance.md"].map { name in
            try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
        }.joined()
        func check(_ shape: Shape) {
            switch shape {
            case .leaf: break
            case .list(let inner, _), .oneOrMore(let inner), .mapping(_, let inner, _): check(inner)
            case .either(let shapes): for shape in shapes { check(shape) }
            case .object(let object):
                for key in object.keys {
                    let spellings = [
                        "`\(key.name)", "{\(key.name):", "{ \(key.name):", ", \(key.name):", ".\(key.name)`",
                        "- \(key.name):",
                    ]
                    let isNamed = spellings.contains { page.contains($0) }
                    #expect(isNamed, "docs/exploration-files.md says nothing of “\(key.name)” in \(object.title)")
                    check(key.shape)
                }
            }
        }
        check(.object(FileFormat.file))
    }
}
