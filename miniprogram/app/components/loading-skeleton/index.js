/** The shape of a page while it is on its way. */
Component({})
