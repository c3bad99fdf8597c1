"""The paper as a LaTeX project: a folder that pdflatex, or Overleaf, compiles."""
