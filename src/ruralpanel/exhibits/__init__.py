"""Estimates in, tables and figures out; nothing here estimates.

A kind of exhibit is the module of its name. What every one of them takes is ``declaration``, an
:class:`~ruralpanel.exhibits.caption.ExhibitDeclaration` with all that the study says about the exhibit, and, each under
its own name, the frames that its kind :attr:`reads <ruralpanel.study.exhibits.Exhibit.reads>`, as
:func:`ruralpanel.exhibits.inputs.load_inputs` gives them; ``estimates`` are those of the exhibit's blocks.

- A table has ``print_table``, which gives a :class:`~ruralpanel.exhibits.printed_table.PrintedTable`.
- A figure has ``plotted_data``, which gives the frame of what is drawn, to be saved beside the picture (what has no
  estimate stays in it, with the reason), and ``draw``, which takes that frame and gives the figure with the sentences
  of its notes.

Docstrings there say what is the kind's own.
"""
