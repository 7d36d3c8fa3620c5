"""Halmos asks -> **two solvers answer**: reads an SMT-LIB file, prints `sat` with a model, `unsat` or `unknown`.

Halmos asks first with products and quotients as unknown functions. Yices answers that, or with their meaning, where
it can; the rest goes to cvc5, which solves words as integers: on 256-bit products and quotients bit-blasting
often finds no end. cvc5 comes from PyPI as a library without a program, so this is one. It runs in halmos' environment.

    python prove_solver.py QUERY.smt2
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import cvc5

OPTIONS = {"produce-models": "true", "solve-bv-as-int": "sum"}
YICES = ("yices-smt2", "--smt2-model-format", "--bvconst-in-decimal", "--timeout=8")


def commuting(query: str) -> str:
    """Products as an unknown function, of which it is known that factors may change places."""
    return re.sub(
        r"\(declare-fun f_evm_bvmul_(\d+) \(\(_ BitVec \1\) \(_ BitVec \1\)\) \(_ BitVec \1\)\)",
        r"(declare-fun f_evm_product_\1 ((_ BitVec \1) (_ BitVec \1)) (_ BitVec \1))\n"
        r"(define-fun f_evm_bvmul_\1 ((x (_ BitVec \1)) (y (_ BitVec \1))) (_ BitVec \1)"
        r" (ite (bvule x y) (f_evm_product_\1 x y) (f_evm_product_\1 y x)))",
        query,
    )


def ask_yices(query: str) -> str:
    with tempfile.NamedTemporaryFile("w", suffix=".smt2") as file:
        file.write(query)
        file.flush()
        return subprocess.run([*YICES, file.name], text=True, capture_output=True).stdout


def ask_cvc5(query: str) -> str:
    solver = cvc5.Solver()
    for name, value in OPTIONS.items():
        solver.setOption(name, value)
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, query, "query")
    symbols = parser.getSymbolManager()
    said = []
    while not (command := parser.nextCommand()).isNull():
        said.append(command.invoke(solver, symbols))
    return "".join(said)


def refined(query: str) -> str:
    """Products and quotients with their meaning in the EVM: a quotient by zero is zero."""
    query = re.sub(
        r"\(declare-fun (f_evm_(bvmul)_(\d+)) \(\(_ BitVec \3\) \(_ BitVec \3\)\) \(_ BitVec \3\)\)",
        r"(define-fun \1 ((x (_ BitVec \3)) (y (_ BitVec \3))) (_ BitVec \3) (\2 x y))",
        query,
    )
    return re.sub(
        r"\(declare-fun (f_evm_(bvudiv|bvurem)_(\d+)) \(\(_ BitVec \3\) \(_ BitVec \3\)\) \(_ BitVec \3\)\)",
        r"(define-fun \1 ((x (_ BitVec \3)) (y (_ BitVec \3))) (_ BitVec \3)"
        r" (ite (= y (_ bv0 \3)) (_ bv0 \3) (\2 x y)))",
        query,
    )


def answer(query: str) -> str:
    exact = refined(query)
    for asked in dict.fromkeys((commuting(query), exact)):
        said = ask_yices(asked)
        if said.startswith(("sat", "unsat")):
            return said
    return ask_cvc5(exact)


def main(path: str) -> None:
    print(answer(Path(path).read_text(encoding="utf-8")))


if __name__ == "__main__":
    main(sys.argv[1])
