import ExplorationFiles
import Testing

/// What the YAML parser should not see.
@Suite struct `Bytes that are no text` {
    @Test(
        arguments: [
            ([], "f:1:1: The file is empty."),
            ([0x61, 0x0A, 0x62, 0x00], "f:2:2: YAML does not allow the character U+0000."),
            ([0x61, 0x0A, 0xC3], "f:2:1: The file is no UTF-8 from here on."),
            ([0x61, 0xFF, 0x61], "f:1:2: The file is no UTF-8 from here on."),
            ([0x61, 0x1B], "f:1:2: YAML does not allow the character U+001B."),
            ([0xED, 0xA0, 0x80], "f:1:1: The file is no UTF-8 from here on."),
            (Array("é: \u{FFFE}".utf8), "f:1:4: YAML does not allow the character U+FFFE."),
            (
                [UInt8](repeating: 0x61, count: 1 << 20 + 1),
                "f:1:1: The file is larger than 1 MiB: is it an exploration file?"
            ),
        ] as [([UInt8], String)])
    func `are refused at their place`(bytes: [UInt8], error: String) {
        let errors = #expect(throws: FileErrors.self) {
            _ = try ExplorationFile(parsing: bytes, file: "f", environment: [:])
        }
        #expect(errors?.description == error)
    }

    @Test func `do not matter in front or at the ends of lines`() throws {
        let text = "\u{FEFF}" + GoodFiles.smallest.split(separator: "\n").joined(separator: "\r\n") + "\r\nnome: x\r\n"
        let errors = #expect(throws: FileErrors.self) {
            _ = try ExplorationFile(parsing: text, file: "f", environment: [:])
        }
        #expect(errors?.description == "f:4:1: “nome” is no key of an exploration file. Did you mean “name”?")
    }

    @Test func `are read when there is no file as little as when it is a directory`() {
        let missing = #expect(throws: FileErrors.self) { _ = try ExplorationFile(contentsOf: "/nowhere/a.yaml") }
        #expect(missing?.description == "/nowhere/a.yaml:1:1: There is no file “/nowhere/a.yaml”.")
        let folder = #expect(throws: FileErrors.self) { _ = try ExplorationFile(contentsOf: "/tmp") }
        #expect(folder?.description == "/tmp:1:1: “/tmp” is a directory, not a file.")
    }
}
